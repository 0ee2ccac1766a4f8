#include "forwarder/net/http_server.h"

#include <algorithm>
#include <atomic>
#include <list>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "forwarder/base/assert.h"
#include "forwarder/net/address.h"

namespace auditfwd {

using asio::ip::tcp;

namespace {

// Runs `task` on another executor and resumes on ours.
Task<void> run_on(Executor executor, Task<void> task) { co_await asio::co_spawn(executor, std::move(task), use); }

}  // namespace

// One connection among those that count, from accept to its end.
class HttpServer::Slot {
public:
    Slot(std::atomic<unsigned>& count, Gauge& gauge) : count_{&count}, gauge_{&gauge} {
        ++*count_;
        gauge_->Increment();
    }
    Slot(Slot&& other) noexcept : count_{std::exchange(other.count_, nullptr)}, gauge_{other.gauge_} {}
    Slot& operator=(Slot&&) = delete;
    ~Slot() {
        if (!count_) return;
        --*count_;
        gauge_->Decrement();
    }

private:
    std::atomic<unsigned>* count_;
    Gauge* gauge_;
};

// What a worker holds. Thread: its own, but for `connections`.
class HttpServer::LaneState {
public:
    LaneState(Lane lane, const SessionContext& context)
        : executor_{lane.executor},
          handler_{lane.handler},
          context_{context},
          sessions_{executor_},
          ended_{executor_} {}

    Executor executor() const { return executor_; }
    std::atomic<unsigned>& connections() { return connections_; }

    void adopt(tcp::socket socket, Slot slot) { sessions_.spawn(serve(std::move(socket), std::move(slot))); }

    Task<void> finish() {
        finishing_ = true;
        for (auto* session : open_) session->finish();
        co_return;
    }

    Task<void> join(SteadyTime until) {
        while (!open_.empty() && SystemClock{}.steady() < until) co_await ended_.wait_until(until);
        sessions_.cancel();
        co_await sessions_.join();
    }

private:
    // Keeps a session in the list while it runs.
    class Open {
    public:
        Open(LaneState& lane, HttpSession& session)
            : lane_{lane}, place_{lane.open_.insert(lane.open_.end(), &session)} {}
        Open(const Open&) = delete;
        ~Open() {
            lane_.open_.erase(place_);
            lane_.ended_.notify_all();
        }

    private:
        LaneState& lane_;
        std::list<HttpSession*>::iterator place_;
    };

    Task<void> serve(tcp::socket socket, [[maybe_unused]] Slot slot) {
        try {
            HttpSession session{std::move(socket), context_, handler_};
            const Open open{*this, session};
            if (finishing_) session.finish();
            co_await session.run();
        } catch (const boost::system::system_error& error) {
            // Cancelled at the end of stop(). A session turns everything else the network does into values.
            if (error.code() != asio::error::operation_aborted)
                log_.warn("connection failed", {{"error", error.what()}});
        } catch (const std::exception& error) {
            // A bug, or no memory: it costs this connection and no other.
            log_.warn("connection failed", {{"error", error.what()}});
        }
    }

    const Executor executor_;
    HttpHandler& handler_;
    const SessionContext& context_;
    std::atomic<unsigned> connections_{0};
    std::list<HttpSession*> open_;
    bool finishing_ = false;
    TaskGroup sessions_;
    Signal ended_;
    RateLimited log_;
};

HttpServer::HttpServer(Options options, std::unique_ptr<TlsServer> tls, tcp::acceptor acceptor, Metrics& metrics)
    : options_{std::move(options)},
      metrics_{metrics, options_.name},
      tls_{std::move(tls)},
      context_{options_.timeouts, metrics_, tls_.get()},
      endpoint_{acceptor.local_endpoint()},
      acceptor_{std::move(acceptor)},
      accepting_{acceptor_.get_executor()} {}

HttpServer::~HttpServer() { CHECK(!started_); }

Result<tcp::acceptor> HttpServer::listen(const std::string& address, Executor executor) {
    TRY(const auto endpoint, parse_address(address));
    tcp::acceptor acceptor{executor};
    boost::system::error_code error;
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address{true}, error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) return system_error(error.value(), "listen on " + address);
    return acceptor;
}

Result<std::unique_ptr<HttpServer>> HttpServer::open(Options options, std::vector<Lane> lanes, Metrics& metrics) {
    CHECK(!lanes.empty());
    std::unique_ptr<TlsServer> tls;
    if (options.tls) {
        TRY(tls, TlsServer::open(*options.tls, options.client_certificate_optional));
    }
    TRY(auto acceptor, listen(options.listen, lanes.front().executor));
    std::unique_ptr<HttpServer> server{
        new HttpServer{std::move(options), std::move(tls), std::move(acceptor), metrics}};
    for (const auto& lane : lanes) server->lanes_.push_back(std::make_unique<LaneState>(lane, server->context_));
    return server;
}

void HttpServer::start() {
    CHECK(!started_);
    started_ = true;
    asio::post(acceptor_.get_executor(), [this] {
        accepting_.spawn(accept_loop());
        if (tls_ || options_.on_reload) accepting_.spawn(watch_files());
    });
}

HttpServer::LaneState& HttpServer::least_loaded() {
    const auto load = [](const auto& lane) { return lane->connections().load(); };
    return **std::ranges::min_element(lanes_, {}, load);
}

// Both loops end when the acceptor is closed; cancelling only ends their waits.
Task<void> HttpServer::accept_loop() {
    co_await asio::this_coro::throw_if_cancelled(false);
    asio::steady_timer pause{acceptor_.get_executor()};
    while (acceptor_.is_open()) {
        auto& lane = least_loaded();
        auto [error, socket] = co_await acceptor_.async_accept(lane.executor(), use_tuple);
        if (error) {
            if (!acceptor_.is_open()) break;
            // No descriptors, no memory: it passes, and must not be asked for in a tight loop.
            log_.warn("cannot accept connections", {{"server", options_.name}, {"error", error.message()}});
            pause.expires_after(std::chrono::milliseconds{100});
            co_await pause.async_wait(use_tuple);
            continue;
        }
        metrics_.connections_total.Increment();
        std::size_t open = 0;
        for (const auto& each : lanes_) open += each->connections().load();
        if (open >= options_.connections_max) {
            metrics_.connections_refused.Increment();
            log_.warn("too many connections",
                      {{"server", options_.name}, {"max", std::to_string(options_.connections_max)}});
            continue;
        }
        boost::system::error_code ignored;
        socket.set_option(tcp::no_delay{true}, ignored);
        socket.set_option(asio::socket_base::keep_alive{true}, ignored);
        Slot slot{lane.connections(), metrics_.connections};
        asio::post(lane.executor(), [&lane, s = std::move(socket), counted = std::move(slot)]() mutable {
            lane.adopt(std::move(s), std::move(counted));
        });
    }
}

Task<void> HttpServer::watch_files() {
    co_await asio::this_coro::throw_if_cancelled(false);
    asio::steady_timer timer{acceptor_.get_executor()};
    while (acceptor_.is_open()) {
        reload_now();
        timer.expires_after(options_.reload_poll);
        co_await timer.async_wait(use_tuple);
    }
}

void HttpServer::reload() {
    asio::post(acceptor_.get_executor(), [this] { reload_now(); });
}

void HttpServer::reload_now() {
    if (options_.on_reload) options_.on_reload();
    if (!tls_) return;
    const auto loaded = tls_->reload_if_changed();
    if (!loaded) {
        metrics_.reload_failures.Increment();
        log_error("certificates changed but cannot be used; the old ones stay in force",
                  {{"server", options_.name}, {"error", loaded.error().message}});
    } else if (*loaded) {
        log_info("certificates read again", {{"server", options_.name}});
    }
}

Task<void> HttpServer::stop_accepting() {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    accepting_.cancel();
    co_await accepting_.join();
}

Task<void> HttpServer::stop(SteadyTime until) {
    if (!std::exchange(started_, false)) co_return;
    auto closed = stop_accepting();
    co_await run_on(acceptor_.get_executor(), std::move(closed));
    for (const auto& lane : lanes_) {
        auto finish = lane->finish();
        co_await run_on(lane->executor(), std::move(finish));
    }
    for (const auto& lane : lanes_) {
        auto join = lane->join(until);
        co_await run_on(lane->executor(), std::move(join));
    }
}

}  // namespace auditfwd
