// Everything that runs, in the order of an event's way: sources, intakes, spool, deliveries; and the admin endpoint.
//
// Owner: run(). Thread: start() and destruction on the main thread, stop() as a task of the main loop, the rest any.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "forwarder/app/admin.h"
#include "forwarder/app/detection_metrics.h"
#include "forwarder/app/lanes.h"
#include "forwarder/app/memory_plan.h"
#include "forwarder/app/process.h"
#include "forwarder/app/rules_file.h"
#include "forwarder/base/worker.h"
#include "forwarder/config/config.h"
#include "forwarder/delivery/delivery.h"
#include "forwarder/source/file/file_source.h"
#include "forwarder/source/webhook/webhook.h"

namespace auditfwd {

class Forwarder {
public:
    // Builds and starts all of it. Fails, with nothing left running, with kInvalid for the configuration and with what
    // the system said for the environment. The config is copied.
    static Result<std::unique_ptr<Forwarder>> start(Config config, AllRules rules);
    ~Forwarder();  // CHECKs that stop() was awaited

    // Not ready → no new requests → those in hand end → deliveries commit → the spool is synced and closed. What is
    // not done at `until` is cut short; nothing acknowledged is lost by that.
    Task<void> stop(SteadyTime until);

    void set_rules(const AllRules& rules);
    // Certificates and tokens are looked at now.
    void reload_files();

    BoundPorts ports() const;
    std::vector<DeliveryStatus> deliveries() const;
    Ledger::Totals totals() const { return ledger_.totals(); }

private:
    explicit Forwarder(Config config);
    Result<void> open(AllRules rules);
    Result<void> check_cursors();
    Result<void> open_deliveries();
    Result<void> open_sources();
    Result<void> open_admin();
    std::vector<std::string> not_ready() const;
    void start_tasks();
    Task<void> stop_sources(SteadyTime until);
    Task<void> stop_deliveries(SteadyTime until);

    const Config config_;
    const MemoryPlan memory_;
    SystemFileSystem files_;
    SystemClock clock_;
    Metrics metrics_;
    ByteBudget budget_;
    Metrics::Refresh memory_shown_;
    Ledger ledger_;
    DetectionMetrics detection_metrics_;
    Rejections rejections_;
    std::atomic<bool> stopping_{false};
    bool running_ = false;

    std::unique_ptr<Spool> spool_;
    std::unique_ptr<Worker> delivery_worker_;  // deliveries, and the admin endpoint
    std::vector<std::unique_ptr<Delivery>> deliveries_;
    std::unique_ptr<TaskGroup> delivering_;
    std::unique_ptr<Lanes> lanes_;
    std::vector<std::unique_ptr<WebhookSource>> webhooks_;
    std::vector<std::unique_ptr<FileSource>> file_sources_;
    std::unique_ptr<TaskGroup> following_;  // on the first lane
    std::unique_ptr<AdminServer> admin_;
};

}  // namespace auditfwd
