// An HTTP/1.1 server: listens, spreads connections over workers, ends in an orderly way.
//
//   accept loop (first lane) ──socket──▶ least loaded lane ──▶ HttpSession ──▶ that lane's HttpHandler
//
// Beyond `connections_max` a connection is accepted and closed at once: the client learns it now and not after its
// time-out, and the counter shows it. What connections hold besides bodies is declared (memory_bytes_max()); the
// composition root takes it off the budget. Owner: App or a source. Thread: as said at each call.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include "forwarder/base/asio.h"
#include "forwarder/base/log.h"
#include "forwarder/base/metrics.h"
#include "forwarder/base/result.h"
#include "forwarder/base/task_group.h"
#include "forwarder/net/http.h"
#include "forwarder/net/http_metrics.h"
#include "forwarder/net/session.h"
#include "forwarder/net/tls_options.h"
#include "forwarder/net/tls_server.h"

namespace auditfwd {

class HttpServer {
public:
    struct Options {
        std::string name;    // in metrics and log lines
        std::string listen;  // address:port, [v6]:port; port 0 takes a free one
        std::optional<TlsServerOptions> tls;
        bool client_certificate_optional = false;
        unsigned connections_max = 1024;
        HttpTimeouts timeouts;
        std::chrono::milliseconds reload_poll{1000};  // how often certificate files are looked at
        std::function<void()> on_reload;              // the owner's files, looked at on the same occasions
    };

    // A worker's share: connections given to it live on its executor and are answered by its handler.
    struct Lane {
        Executor executor;
        HttpHandler& handler;
    };

    // Reads certificates, binds and listens; connections wait until start(). Fails with kInvalid (address,
    // certificates) and what the system says (address in use). At least one lane; executors and handlers outlive the
    // server.
    static Result<std::unique_ptr<HttpServer>> open(Options options, std::vector<Lane> lanes, Metrics& metrics);
    ~HttpServer();  // CHECKs that stop() was awaited, if start() was called

    // Any thread.
    void start();

    // Where it listens, with the port that was found. Any thread.
    asio::ip::tcp::endpoint endpoint() const { return endpoint_; }

    // Looks at the files now. Any thread; it happens on the first lane.
    void reload();

    // Stops accepting, closes idle connections, lets requests in hand finish until `until`, then cancels them.
    // Once, on any executor; every lane's loop must be running.
    Task<void> stop(SteadyTime until);

    static std::size_t memory_bytes_max(unsigned connections_max) { return connections_max * kHttpConnectionBytes; }

private:
    class LaneState;
    class Slot;

    HttpServer(Options options, std::unique_ptr<TlsServer> tls, asio::ip::tcp::acceptor acceptor, Metrics& metrics);
    static Result<asio::ip::tcp::acceptor> listen(const std::string& address, Executor executor);

    Task<void> accept_loop();
    Task<void> watch_files();
    void reload_now();
    LaneState& least_loaded();
    Task<void> stop_accepting();

    const Options options_;
    HttpMetrics metrics_;
    std::unique_ptr<TlsServer> tls_;
    const SessionContext context_;
    asio::ip::tcp::endpoint endpoint_;
    RateLimited log_;

    std::vector<std::unique_ptr<LaneState>> lanes_;

    // On the first lane's executor.
    asio::ip::tcp::acceptor acceptor_;
    TaskGroup accepting_;
    bool started_ = false;
};

}  // namespace auditfwd
