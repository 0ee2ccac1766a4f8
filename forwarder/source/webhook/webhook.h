// The webhook source: takes audit events that are sent to it, as kube-apiserver's webhook backend does.
//
// A request is answered 200 when its events are durable, and with a status of design's table otherwise (answers.h,
// handler.h). Owner: App. Thread: as said at each call.
#pragma once

#include <memory>
#include <vector>

#include "forwarder/base/byte_budget.h"
#include "forwarder/base/metrics.h"
#include "forwarder/intake/intake.h"
#include "forwarder/net/http_server.h"
#include "forwarder/source/webhook/handler.h"
#include "forwarder/source/webhook/options.h"

namespace auditfwd {

class WebhookSource {
public:
    // A worker's share: connections given to it live on its executor and submit to its intake.
    struct Lane {
        Executor executor;
        Intake& intake;
    };
    struct Times {
        WebhookTimes request;
        HttpTimeouts http;
        std::chrono::milliseconds reload_poll{1000};
    };

    // Reads tokens and certificates, binds and listens. Fails with kInvalid for what the configuration says (address,
    // files, listening openly without `insecure`, a body_bytes_max that the budget cannot grant), with the system's
    // error when the address is in use. All references, and the executors, outlive the source.
    static Result<std::unique_ptr<WebhookSource>> open(WebhookOptions options, const std::vector<Lane>& lanes,
                                                       ByteBudget& budget, Metrics& metrics, Times times);
    static Result<std::unique_ptr<WebhookSource>> open(WebhookOptions options, const std::vector<Lane>& lanes,
                                                       ByteBudget& budget, Metrics& metrics) {
        return open(std::move(options), lanes, budget, metrics, Times{});
    }

    // Any thread.
    void start() { server_->start(); }
    asio::ip::tcp::endpoint endpoint() const { return server_->endpoint(); }
    // Looks at tokens and certificates now, as it does every second anyway.
    void reload() { server_->reload(); }

    // No new connections, no new requests; those in hand finish until `until`, then they are cancelled. Once, on any
    // executor, while the lanes run; must be awaited before destruction if start() was called.
    Task<void> stop(SteadyTime until) { return server_->stop(until); }

    // What connections may hold beside bodies: the composition root takes it off the budget.
    static std::size_t memory_bytes_max(const WebhookOptions& options) {
        return HttpServer::memory_bytes_max(options.connections_max);
    }

private:
    WebhookSource(WebhookOptions options, std::unique_ptr<TokenFile> tokens, ByteBudget& budget, Metrics& metrics,
                  WebhookTimes times);
    Result<void> listen(const std::vector<Lane>& lanes, Metrics& metrics, const Times& times);
    void reload_tokens();

    const WebhookOptions options_;
    const std::unique_ptr<TokenFile> tokens_;
    WebhookMetrics metrics_;
    const WebhookContext context_;
    std::vector<std::unique_ptr<WebhookHandler>> handlers_;
    std::unique_ptr<HttpServer> server_;
};

}  // namespace auditfwd
