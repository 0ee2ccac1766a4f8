// The pure decisions of the spool: when to sync, what may go; and the small parts without a disk.
#include <gtest/gtest.h>

#include "forwarder/spool/block_cache.h"
#include "forwarder/spool/disk_usage.h"
#include "forwarder/spool/group_commit.h"
#include "forwarder/spool/memory_files.h"
#include "forwarder/spool/retention.h"
#include "tests/support/fake_clock.h"
#include "tests/support/forgetful_file_system.h"

namespace auditfwd::spool {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime at(std::chrono::nanoseconds time) {
    return SteadyTime{} + std::chrono::hours{1} + std::chrono::duration_cast<SteadyTime::duration>(time);
}

TEST(GroupCommit, Is_due_at_once_when_one_asks_and_none_ran_lately) {
    GroupCommit group{{}};
    EXPECT_EQ(group.due(), std::nullopt);
    group.add(100, true, at(0ms));
    EXPECT_EQ(group.due(), at(0ms));
    group.begin(at(0ms));
    EXPECT_EQ(group.due(), std::nullopt);
}

TEST(GroupCommit, Keeps_the_pace_that_is_allowed) {
    GroupCommit group{{.syncs_per_second_max = 200}};
    group.add(100, true, at(0ms));
    group.begin(at(0ms));
    group.add(100, true, at(1ms));
    EXPECT_EQ(group.due(), at(5ms));
    group.begin(at(5ms));
    group.add(100, true, at(20ms));
    EXPECT_EQ(group.due(), at(20ms));
}

TEST(GroupCommit, Who_does_not_hurry_waits_a_second_at_most) {
    GroupCommit group{{}};
    group.add(100, false, at(0ms));
    group.add(100, false, at(900ms));
    EXPECT_EQ(group.due(), at(1000ms));
    group.begin(at(1000ms));
    EXPECT_EQ(group.due(), std::nullopt);
}

TEST(GroupCommit, Who_does_not_hurry_goes_with_who_does) {
    GroupCommit group{{}};
    group.add(100, false, at(0ms));
    group.add(100, true, at(10ms));
    EXPECT_LE(group.due(), at(10ms));
}

TEST(GroupCommit, Enough_bytes_do_not_wait) {
    GroupCommit group{{.interval_bytes_max = 1000}};
    group.add(999, false, at(0ms));
    EXPECT_EQ(group.due(), at(1000ms));
    group.add(1, false, at(1ms));
    EXPECT_LE(group.due(), at(1ms));
}

TEST(Retention, A_segment_is_released_when_every_reader_is_past_it) {
    const std::vector<Need> needs{{Offset{10}, true}, {Offset{20}, false}};
    EXPECT_TRUE(released(Offset{9}, needs));
    EXPECT_FALSE(released(Offset{10}, needs));
    EXPECT_FALSE(released(Offset{9}, {}));
}

TEST(Retention, At_the_bound_only_readers_that_hold_the_disk_count) {
    const std::vector<Need> needs{{Offset{10}, false}, {Offset{20}, true}};
    EXPECT_TRUE(expendable(Offset{19}, needs));
    EXPECT_FALSE(expendable(Offset{20}, needs));
    EXPECT_TRUE(expendable(Offset{19}, {}));
}

TEST(Retention, Both_bounds_must_hold) {
    const Room room{.used = 80, .used_max = 100, .available = 50, .available_min = 40};
    EXPECT_TRUE(room.enough_for(10));
    EXPECT_FALSE(room.enough_for(11));
    EXPECT_FALSE((Room{.used = 95, .used_max = 100, .available = 500, .available_min = 40}.enough_for(6)));
    EXPECT_FALSE((Room{.used = 200, .used_max = 100, .available = 500, .available_min = 40}.enough_for(0)));
    EXPECT_FALSE((Room{.used = 0, .used_max = 100, .available = 500, .available_min = 0}.enough_for(UINT64_MAX)));
    EXPECT_FALSE((Room{.used = 0, .used_max = UINT64_MAX, .available = 5, .available_min = 0}.enough_for(6)));
}

TEST(DiskUsage, Counts_everything_in_the_directory_and_asks_the_disk_rarely) {
    testing::ForgetfulFileSystem files{1};
    testing::FakeClock clock;
    files.set_capacity(10'000);
    ASSERT_TRUE(files.make_directory("/spool/dead-letters/siem"));
    files.set_content("/spool/dead-letters/siem/1", std::string(1000, 'x'));
    files.set_content("/spool/state", std::string(10, 'x'));
    files.set_content("/spool/segment-0000000001-00000000000000000001.zst", std::string(5000, 'x'));
    DiskUsage usage{files, clock, "/spool", {.bytes_max = 8'000, .free_percent_min = 10}};
    usage.add(5000);
    auto room = usage.room();
    EXPECT_EQ(room.used, 6010u);
    EXPECT_EQ(room.used_max, 8000u);
    EXPECT_EQ(room.available_min, 1000u);
    EXPECT_EQ(room.available, 10'000u - 6010u);

    files.set_content("/spool/dead-letters/siem/2", std::string(1000, 'x'));
    usage.add(100);
    room = usage.room();
    EXPECT_EQ(room.used, 6110u) << "not looked at again yet";
    EXPECT_EQ(room.available, 10'000u - 6110u) << "but what the spool wrote itself is known";
    usage.subtract(100);
    EXPECT_EQ(usage.room().available, 10'000u - 6010u);

    clock.advance(1s);
    EXPECT_EQ(usage.room().available, 10'000u - 7010u);
    clock.advance(9s);
    EXPECT_EQ(usage.room().used, 7010u);
}

TEST(DiskUsage, Asks_again_at_once_when_the_disk_disagreed) {
    testing::ForgetfulFileSystem files{1};
    testing::FakeClock clock;
    files.set_capacity(10'000);
    ASSERT_TRUE(files.make_directory("/spool"));
    DiskUsage usage{files, clock, "/spool", {.bytes_max = 8'000}};
    EXPECT_EQ(usage.room().available, 10'000u);
    files.set_content("/elsewhere", std::string(9'000, 'x'));
    EXPECT_EQ(usage.room().available, 10'000u);
    usage.doubt();
    EXPECT_EQ(usage.room().available, 1'000u);
}

TEST(BlockCache, Shares_a_block_as_long_as_somebody_has_it) {
    BlockCache cache;
    const BlockCache::Key key{1, 100};
    EXPECT_EQ(cache.find(key), nullptr);
    auto block = std::make_shared<StoredBlock>();
    block->text.resize(2 * BlockCache::kBytesMax);
    const auto stored = cache.insert(key, block);
    EXPECT_EQ(cache.find(key), stored);
    EXPECT_EQ(cache.insert(key, std::make_shared<StoredBlock>()), stored) << "the first one counts";
    block.reset();
    const std::weak_ptr<const StoredBlock> watch = stored;
    const_cast<std::shared_ptr<const StoredBlock>&>(stored).reset();
    EXPECT_TRUE(watch.expired()) << "a large one is not kept";
    EXPECT_EQ(cache.find(key), nullptr);
}

TEST(BlockCache, Keeps_the_last_small_block_for_the_next_reader) {
    BlockCache cache;
    cache.insert({1, 100}, std::make_shared<StoredBlock>());
    EXPECT_NE(cache.find({1, 100}), nullptr);
    cache.insert({1, 200}, std::make_shared<StoredBlock>());
    EXPECT_EQ(cache.find({1, 100}), nullptr);
}

TEST(MemoryFiles, Behave_as_files_do) {
    MemoryFiles files;
    EXPECT_EQ(files.open("/a", OpenMode::kRead).error().code, ErrorCode::kNotFound);
    const auto file = files.open("/a", OpenMode::kCreateNew).value();
    EXPECT_EQ(files.open("/a", OpenMode::kCreateNew).error().code, ErrorCode::kExists);
    const std::string large(200'000, 'x');
    const std::string_view parts[]{"head", large, "tail"};
    ASSERT_TRUE(file->write_at(10, parts));
    EXPECT_EQ(file->stat().value().size, 200'018u);
    std::string read(12, '?');
    EXPECT_EQ(file->read_at(8, read).value(), 12u);
    EXPECT_EQ(read, (std::string{"\0\0headxxxxxx", 12}));
    EXPECT_EQ(file->read_at(200'014, read).value(), 4u);
    EXPECT_EQ(read.substr(0, 4), "tail");
    EXPECT_EQ(file->read_at(300'000, read).value(), 0u);
    ASSERT_TRUE(file->truncate(12));
    ASSERT_TRUE(file->truncate(16));
    EXPECT_EQ(file->read_at(10, read).value(), 6u);
    EXPECT_EQ(read.substr(0, 6), (std::string{"he\0\0\0\0", 6}));

    ASSERT_TRUE(files.rename("/a", "/d/b"));
    EXPECT_FALSE(files.stat("/a"));
    EXPECT_EQ(files.list("/d").value(), std::vector<std::string>{"b"});
    ASSERT_TRUE(files.remove("/d/b"));
    EXPECT_FALSE(files.remove("/d/b"));
    EXPECT_EQ(file->read_at(10, read).value(), 6u) << "who has it open keeps it";
}

}  // namespace
}  // namespace auditfwd::spool
