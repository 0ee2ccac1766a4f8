// The ingest workers: each with its thread, its intake, and nothing shared but spool, budget and counters.
//
// Owner: the Forwarder. Thread: construction and destruction on the main thread; set_rules() from any.
#pragma once

#include <memory>
#include <vector>

#include "forwarder/base/worker.h"
#include "forwarder/intake/durable_intake.h"

namespace auditfwd {

class Lanes {
public:
    Lanes(unsigned count, std::shared_ptr<const Rules> rules, Spool& spool, Ledger& ledger, Rejections& rejections);

    std::size_t size() const { return lanes_.size(); }
    Executor executor(std::size_t lane) { return lanes_[lane]->worker.executor(); }
    Intake& intake(std::size_t lane) { return lanes_[lane]->intake; }

    // For submissions that begin from now on.
    void set_rules(const std::shared_ptr<const Rules>& rules);

    // New submissions are refused, those in hand end. To be awaited, once, before destruction.
    Task<void> close();

private:
    struct Lane {
        Lane(const std::string& name, std::shared_ptr<const Rules> rules, Spool& spool, Ledger& ledger,
             Rejections& rejections)
            : worker{name}, intake{worker.executor(), std::move(rules), spool, ledger, rejections} {}
        Worker worker;
        DurableIntake intake;
    };
    std::vector<std::unique_ptr<Lane>> lanes_;
};

}  // namespace auditfwd
