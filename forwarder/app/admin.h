// The admin endpoint: metrics, health, and a page that says where they are. Shows no event content.
//
//   /metrics  Prometheus text
//   /livez    200 while the program's loops run
//   /readyz   200, or 503 with one reason a line
//
// Owner: the forwarder. Thread: as said at each call.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "forwarder/base/metrics.h"
#include "forwarder/net/http_server.h"
#include "forwarder/net/pages.h"

namespace auditfwd {

class AdminServer {
public:
    struct Context {
        Metrics& metrics;
        std::function<std::vector<std::string>()> not_ready;  // reasons; none: ready. Called on the executor
        Executor executor;                                    // where pages are made
    };

    // Binds `listen` (address:port; port 0 takes a free one). Fails with kInvalid or what the system says.
    static Result<std::unique_ptr<AdminServer>> open(const std::string& listen, Context context);

    // Any thread.
    void start() { server_->start(); }
    asio::ip::tcp::endpoint endpoint() const { return server_->endpoint(); }

    // Answers what is asked and closes; awaited before destruction if start() was called. On any executor.
    Task<void> stop(SteadyTime until) { return server_->stop(until); }

private:
    explicit AdminServer(Context context);
    HttpAnswer metrics() const;
    HttpAnswer ready() const;
    HttpAnswer status() const;

    const Context context_;
    Pages pages_;
    std::unique_ptr<HttpServer> server_;
};

}  // namespace auditfwd
