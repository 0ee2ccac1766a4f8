// Everything a Delivery needs, and ways to run it to a condition.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "forwarder/delivery/delivery.h"
#include "tests/delivery/destination.h"
#include "tests/delivery/fake_spool.h"
#include "tests/support/forgetful_file_system.h"
#include "tests/support/run_task.h"

namespace auditfwd::testing {

inline const std::filesystem::path kSpoolDirectory = "/spool";

struct World {
    explicit World(std::uint64_t seed = 1) : files{seed} {
        EXPECT_TRUE(files.make_directory(kSpoolDirectory / "cursors"));
        EXPECT_TRUE(files.sync_directory(kSpoolDirectory));
        EXPECT_TRUE(files.sync_directory("/"));
        options.start_oldest = true;
        options.retry_min = std::chrono::milliseconds{0};
        options.retry_max = std::chrono::milliseconds{1};
        options.parked_retry = std::chrono::milliseconds{1};
        options.commit_interval = std::chrono::milliseconds{0};
    }

    asio::io_context context{1};
    ForgetfulFileSystem files;
    SystemClock clock;
    Metrics metrics;
    FakeSpool spool{context.get_executor()};
    DeliveryOptions options;

    DeliveryContext delivery_context() {
        return {.spool = spool,
                .spool_directory = kSpoolDirectory,
                .files = files,
                .clock = clock,
                .metrics = metrics,
                .executor = context.get_executor(),
                .random = [] { return 0.5; }};
    }

    std::unique_ptr<Delivery> open(const std::string& name, const MakeSink& make) {
        return Delivery::open(name, options, make, delivery_context()).value();
    }
    std::unique_ptr<Delivery> open(const std::string& name, Destination& there) {
        return open(name, [&](HelperThread&) { return std::make_unique<DestinationSink>(there); });
    }

    Cursor cursor(const std::string& name) {
        return load_cursor(files, cursor_path(kSpoolDirectory, name)).value().value();
    }
};

enum class End { kStop, kKill };

inline Task<void> run_until(std::vector<Delivery*> deliveries, std::function<bool()> condition, End end) {
    TaskGroup running{co_await asio::this_coro::executor};
    for (auto* delivery : deliveries) running.spawn(delivery->run());
    asio::steady_timer moment{co_await asio::this_coro::executor};
    for (unsigned i = 1; !condition(); ++i) {
        // Now and then the helper threads get the processor, which yield() does not give them on a busy machine.
        moment.expires_after(std::chrono::microseconds{i % 8 == 0 ? 30 : 0});
        co_await moment.async_wait(use);
    }
    for (auto* delivery : deliveries) delivery->stop();
    if (end == End::kKill) running.cancel();
    try {
        co_await running.join();
    } catch (const boost::system::system_error&) {
        EXPECT_EQ(end, End::kKill);
    }
}

inline void run(World& world, std::vector<Delivery*> deliveries, std::function<bool()> condition,
                End end = End::kStop) {
    run_task(world.context, run_until(std::move(deliveries), std::move(condition), end));
}

// Until nothing is pending, and that is committed.
inline void run_to_end(World& world, Delivery& delivery) {
    run(world, {&delivery}, [&] {
        const auto status = delivery.status();
        return status.pending == 0 && status.committed == status.done;
    });
}

inline void expect_law(const World& world, const DeliveryStatus& status) {
    EXPECT_EQ(sum(status.counts), number(status.done));
    EXPECT_EQ(sum(status.counts) + status.pending, number(world.spool.last()));
}

inline std::vector<Offset> offsets(std::vector<std::uint64_t> numbers) {
    std::vector<Offset> all;
    for (const auto n : numbers) all.push_back(Offset{n});
    return all;
}

inline std::vector<FakeRecord> records(std::size_t n, std::size_t bytes = 20) {
    std::vector<FakeRecord> all;
    for (std::size_t i = 0; i < n; ++i) all.push_back({"{\"n\":\"" + std::string(bytes, 'x') + "\"}"});
    return all;
}

}  // namespace auditfwd::testing
