#include "bench/load/load.h"

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "bench/load/bodies.h"
#include "forwarder/base/task_group.h"

namespace auditfwd::load {
namespace {

using Time = std::chrono::steady_clock::time_point;

// What the senders share; one thread runs them all.
class Run {
public:
    explicit Run(const LoadOptions& options) : options_{options}, begin_{std::chrono::steady_clock::now()} {}

    struct Turn {
        std::uint64_t first_event;
        Time due;
    };

    // The next body to send; nothing when the run is over.
    std::optional<Turn> next() {
        const auto n = sent_;
        const auto due =
            options_.rate > 0 ? begin_ + period() * static_cast<std::int64_t>(n) : std::chrono::steady_clock::now();
        if (options_.bodies > 0 ? n == options_.bodies : due >= begin_ + options_.duration) return std::nullopt;
        ++sent_;
        return Turn{n * options_.batch, due};
    }

    void answered(const Turn& turn, const EventListBody& body, unsigned status) {
        ++report_.answers[status];
        if (status == 200) {
            report_.events_acknowledged += body.events();
            report_.bytes_acknowledged += body.text().size();
            report_.latencies.add(std::chrono::steady_clock::now() - turn.due);
        }
        if (options_.ids == nullptr) return;
        for (std::size_t i = 0; i < body.events(); ++i)
            fmt::print(options_.ids, "{} {}\n", status, audit_id(options_.seed, turn.first_event + i));
    }

    LoadReport finish() && {
        report_.seconds = std::chrono::duration<double>{std::chrono::steady_clock::now() - begin_}.count();
        return std::move(report_);
    }

    const LoadOptions& options() const { return options_; }

private:
    std::chrono::nanoseconds period() const {
        return std::chrono::nanoseconds{
            static_cast<std::int64_t>(1e9 * static_cast<double>(options_.batch) / options_.rate)};
    }

    const LoadOptions& options_;
    const Time begin_;
    std::uint64_t sent_ = 0;
    LoadReport report_;
};

// One connection's part of the run. A refusal is waited out and the body sent again, up to five times in all, as API
// servers do.
Task<void> send_bodies(Run& run, std::unique_ptr<std::vector<EventListBody>> bodies) {
    const auto& options = run.options();
    const Executor executor = co_await asio::this_coro::executor;
    Connection connection{executor, options.target};
    asio::steady_timer timer{executor};
    for (std::size_t n = 0;; ++n) {
        const auto turn = run.next();
        if (!turn) co_return;
        timer.expires_at(turn->due);
        co_await timer.async_wait(use);
        auto& body = (*bodies)[n % bodies->size()];
        body.stamp(turn->first_event);
        for (int attempt = 0;; ++attempt) {
            const auto answer = co_await connection.post(body.text());
            run.answered(*turn, body, answer.status);
            if (answer.status == 200 || attempt == 4) break;
            if (options.each_once) co_return;
            timer.expires_after(
                std::max<std::chrono::milliseconds>(answer.retry_after, std::chrono::milliseconds{100}));
            co_await timer.async_wait(use);
        }
    }
}

Task<void> send_all(Run& run, std::vector<std::unique_ptr<std::vector<EventListBody>>> bodies) {
    TaskGroup group{co_await asio::this_coro::executor};
    for (auto& of_one : bodies) group.spawn(send_bodies(run, std::move(of_one)));
    co_await group.join();
}

// A few different bodies for each connection, so that what arrives does not repeat itself at once.
std::vector<std::unique_ptr<std::vector<EventListBody>>> make_bodies(const LoadOptions& options) {
    constexpr std::size_t kEventsPrepared = 1600;
    std::mt19937 random{options.seed};
    std::vector<std::unique_ptr<std::vector<EventListBody>>> bodies;
    for (unsigned c = 0; c < options.connections; ++c) {
        auto& mine = *bodies.emplace_back(std::make_unique<std::vector<EventListBody>>());
        const auto variants = std::max<std::size_t>(1, std::min<std::size_t>(kEventsPrepared / options.batch, 64));
        for (std::size_t v = 0; v < variants; ++v)
            mine.emplace_back(options.seed, options.batch, options.event_bytes, random);
    }
    return bodies;
}

}  // namespace

LoadReport run_load(const LoadOptions& options) {
    auto bodies = make_bodies(options);
    asio::io_context context{1};
    Run run{options};
    std::exception_ptr failure;
    asio::co_spawn(context, send_all(run, std::move(bodies)), [&](std::exception_ptr thrown) { failure = thrown; });
    context.run();
    if (failure) std::rethrow_exception(failure);
    return std::move(run).finish();
}

}  // namespace auditfwd::load
