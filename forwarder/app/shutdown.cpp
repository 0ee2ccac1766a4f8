// Forwarder::stop(): the end, in order. Left to right along an event's way, so that nothing is accepted that could not
// be finished, and nothing that was accepted is forgotten.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "forwarder/app/forwarder.h"
#include "forwarder/base/log.h"

namespace auditfwd {

namespace {

// Waits for the group's tasks, at `until` cancels what is left. On the group's executor.
Task<void> join_until(TaskGroup& group, SteadyTime until) {
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer{executor, until};
    timer.async_wait([&group](boost::system::error_code error) {
        if (!error) group.cancel();
    });
    try {
        co_await group.join();
    } catch (const boost::system::system_error&) {
        log_warn("some work was cut short at the shutdown deadline");
    }
    timer.cancel();
    co_await asio::post(use);  // the timer's handler has run, or never will
}

}  // namespace

Task<void> Forwarder::stop(SteadyTime until) {
    stopping_ = true;
    // Half of the time for requests in hand, the rest for sinks and cursors.
    const auto now = std::chrono::steady_clock::now();
    const auto sources_until = now + (until - now) / 2;
    if (lanes_) {
        co_await stop_sources(sources_until);
        co_await lanes_->close();
    }
    if (delivering_) co_await stop_deliveries(until);
    if (admin_) co_await admin_->stop(std::chrono::steady_clock::now() + std::chrono::seconds{1});
    if (spool_) co_await spool_->close();
    // Loops run dry, threads end, and only then what their coroutines referred to.
    webhooks_.clear();
    file_sources_.clear();
    following_.reset();
    admin_.reset();
    lanes_.reset();
    deliveries_.clear();
    delivering_.reset();
    delivery_worker_.reset();
    spool_.reset();
    running_ = false;
}

Task<void> Forwarder::stop_sources(SteadyTime until) {
    for (auto& webhook : webhooks_) co_await webhook->stop(until);
    if (!following_) co_return;
    asio::post(lanes_->executor(0), [this] {
        for (auto& source : file_sources_) source->stop();
    });
    auto joining = join_until(*following_, until);
    co_await asio::co_spawn(lanes_->executor(0), std::move(joining), use);
}

Task<void> Forwarder::stop_deliveries(SteadyTime until) {
    asio::post(delivery_worker_->executor(), [this] {
        for (auto& delivery : deliveries_) delivery->stop();
    });
    auto joining = join_until(*delivering_, until);
    co_await asio::co_spawn(delivery_worker_->executor(), std::move(joining), use);
}

}  // namespace auditfwd
