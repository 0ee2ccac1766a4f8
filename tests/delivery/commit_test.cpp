// What is durable, and what a failed checkpoint or save costs.
#include "forwarder/delivery/delivery.h"

#include <gtest/gtest.h>

#include <atomic>

#include "tests/delivery/world.h"

namespace auditfwd {
namespace {

using namespace std::chrono_literals;
using testing::Destination;
using testing::End;
using testing::expect_law;
using testing::ForgetfulFileSystem;
using testing::kSpoolDirectory;
using testing::offsets;
using testing::records;
using testing::run;
using testing::run_to_end;
using testing::World;

TEST(Delivery, After_a_failed_checkpoint_everything_since_the_last_commit_is_done_again) {
    World world;
    Destination there;
    there.limits.batch_records_max = 2;
    unsigned checkpoints = 0;
    there.checkpoint = [&]() -> Result<void> {
        if (++checkpoints % 3 == 0) return Error{ErrorCode::kBroken, "sync failed"};
        return {};
    };
    world.spool.add(records(9));
    auto delivery = world.open("out", there);
    run_to_end(world, *delivery);
    EXPECT_EQ(there.offsets(), offsets({1, 2, 3, 4, 5, 6, 7, 8, 9}));
    EXPECT_GT(there.opens, 1u);
    expect_law(world, delivery->status());
}

TEST(Delivery, Commits_before_the_next_send_when_the_sink_asks_for_it) {
    World world;
    world.options.commit_interval = 1h;
    Destination there;
    there.limits.batch_records_max = 1;
    there.commit_first = [&] { return there.records.size() % 2 == 0; };  // DestinationSink checks the order
    world.spool.add(records(7));
    auto delivery = world.open("out", there);
    run(world, {delivery.get()}, [&] { return there.records.size() == 7; });
    EXPECT_EQ(there.offsets().size(), 7u);
}

TEST(Delivery, Nothing_is_sent_while_the_cursor_cannot_be_saved) {
    World world;
    Destination there;
    there.limits.batch_records_max = 1;
    world.spool.add(records(5));
    auto delivery = world.open("out", there);
    unsigned failures = 5;
    std::size_t delivered_then = 0;
    world.files.judge([&](ForgetfulFileSystem::Call call, const std::filesystem::path& path) {
        const bool cursor = path.string().find("cursors") != std::string::npos;
        if (!cursor || call != ForgetfulFileSystem::Call::kRename || failures == 0)
            return ForgetfulFileSystem::Fate::kWork;
        if (failures == 5) delivered_then = there.records.size();
        EXPECT_EQ(there.records.size(), delivered_then);
        --failures;
        return ForgetfulFileSystem::Fate::kFull;
    });
    run_to_end(world, *delivery);
    EXPECT_EQ(failures, 0u);
    EXPECT_EQ(there.records.size(), 5u);
}

TEST(Delivery, A_checkpoint_comes_when_the_sink_wants_one) {
    World world;
    Destination there;
    world.spool.add(records(1));
    auto delivery = world.open("out", there);
    unsigned checkpoints = 0;
    there.checkpoint = [&]() -> Result<void> {
        there.checkpoint_due.reset();
        ++checkpoints;
        return {};
    };
    run(world, {delivery.get()}, [&] {
        if (checkpoints < 5 && !there.checkpoint_due) there.checkpoint_due = world.clock.steady();
        if (there.checkpoint_due) world.spool.add(records(1));  // wakes the loop
        return checkpoints >= 5;
    });
}

// A save of the cursor that fails may be on the disk all the same.
TEST(Delivery, Never_asks_a_sink_for_what_it_has_given_up) {
    World world;
    Destination there;
    world.spool.add(records(1));
    auto delivery = world.open("out", there);
    run(
        world, {delivery.get()}, [&] { return delivery->status().committed == Offset{1}; }, End::kKill);
    delivery.reset();

    delivery = world.open("out", there);
    const auto opens = there.opens;
    bool failed = false;
    std::atomic<bool> fail_sync{true};
    world.files.judge([&](ForgetfulFileSystem::Call call, const std::filesystem::path& path) {
        const bool cursors = call == ForgetfulFileSystem::Call::kSyncDirectory && path == kSpoolDirectory / "cursors";
        if (!cursors || there.records.size() < 2 || !fail_sync.exchange(false)) return ForgetfulFileSystem::Fate::kWork;
        failed = true;
        return ForgetfulFileSystem::Fate::kFail;
    });
    there.checkpoint = [&]() -> Result<void> {
        if (failed && there.opens == opens + 1) return Error{ErrorCode::kBroken, "gone"};
        return {};
    };
    world.spool.add(records(1));
    // The sink is taken back to one record, and the process dies at that moment.
    run(
        world, {delivery.get()}, [&] { return there.opens == opens + 2; }, End::kKill);
    EXPECT_TRUE(failed);
    delivery.reset();

    delivery = world.open("out", there);
    run_to_end(world, *delivery);
    EXPECT_EQ(there.offsets(), offsets({1, 2}));
}

}  // namespace
}  // namespace auditfwd
