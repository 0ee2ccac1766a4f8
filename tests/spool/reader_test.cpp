// Reading by offset: forwards, backwards, across segments, and past what is not there.
#include "forwarder/spool/reader.h"

#include <gtest/gtest.h>

#include "tests/spool/store_harness.h"

namespace auditfwd {
namespace {

using testing::ForgetfulFileSystem;
using testing::StoreHarness;

using Call = ForgetfulFileSystem::Call;
using Fate = ForgetfulFileSystem::Fate;

class ReaderTest : public ::testing::Test, public StoreHarness {
protected:
    ReaderTest() : StoreHarness{1} { options.segment_bytes = 2000; }
    void SetUp() override { ASSERT_TRUE(open()); }

    spool::Reader reader() { return {files, options.directory, store->catalog(), cache, spool_metrics}; }
    std::string text_at(spool::Reader& reader, std::uint64_t offset) {
        const auto step = reader.read(Offset{offset}).value();
        if (step.kind != SpoolStep::Kind::kBlock) return "not a block";
        return std::string{step.block->record(offset - number(step.block->offsets.first)).json};
    }
};

TEST_F(ReaderTest, Finds_any_offset_in_any_order) {
    for (int i = 1; i <= 100; ++i) ASSERT_TRUE(append({{std::to_string(2 * i - 1), std::to_string(2 * i)}}));
    ASSERT_GT(segments().size(), 3u);
    auto any = reader();
    std::mt19937 random{1};
    for (int i = 0; i < 500; ++i) {
        const auto offset = 1 + random() % 200;
        EXPECT_EQ(text_at(any, offset), std::to_string(offset));
    }
}

TEST_F(ReaderTest, Sees_what_is_appended_to_the_segment_it_reads) {
    auto tail = reader();
    EXPECT_EQ(tail.read(Offset{1}).value().kind, SpoolStep::Kind::kEnd);
    for (std::uint64_t i = 1; i <= 50; ++i) {
        ASSERT_TRUE(append({{std::to_string(i)}}));
        EXPECT_EQ(text_at(tail, i), std::to_string(i));
        EXPECT_EQ(tail.read(Offset{i + 1}).value().kind, SpoolStep::Kind::kEnd);
    }
}

TEST_F(ReaderTest, Passes_over_blocks_that_hold_nothing_wanted) {
    ASSERT_TRUE(append({{"a", "bbb"}, {"ccc"}}));
    auto one = reader();
    const auto wants_long = [](const RecordFacts& facts) { return facts.bytes == 3; };
    EXPECT_EQ(one.read(Offset{1}, wants_long).value().kind, SpoolStep::Kind::kBlock);
    auto two = reader();
    const auto wants_short = [](const RecordFacts& facts) { return facts.bytes == 1; };
    const auto step = two.read(Offset{3}, wants_short).value();
    EXPECT_EQ(step.kind, SpoolStep::Kind::kUnwanted);
    EXPECT_EQ(step.offsets.first, Offset{3});
    EXPECT_EQ(step.offsets.last, Offset{3});
    EXPECT_EQ(spool_metrics.blocks_read.Value(), 1);
    EXPECT_EQ(spool_metrics.blocks_unread.Value(), 1);
    // What somebody else has read already costs nothing.
    EXPECT_EQ(two.read(Offset{2}, wants_short).value().kind, SpoolStep::Kind::kBlock);
}

TEST_F(ReaderTest, Decompresses_a_block_once_for_all_who_are_at_it) {
    ASSERT_TRUE(append({{"a"}, {"b"}}));
    auto one = reader();
    auto two = reader();
    for (std::uint64_t offset : {1u, 2u}) {
        EXPECT_EQ(one.read(Offset{offset}).value().block, two.read(Offset{offset}).value().block);
    }
    EXPECT_EQ(spool_metrics.blocks_read.Value(), 2);
}

TEST_F(ReaderTest, An_error_of_the_disk_is_an_error_and_the_same_read_works_later) {
    ASSERT_TRUE(append({{"a"}, {"b"}}));
    for (unsigned n = 0; n < 6; ++n) {
        auto one = reader();
        files.fail_nth(n, Fate::kFail, [](Call call) { return call == Call::kRead || call == Call::kOpen; });
        const auto first = one.read(Offset{1});
        if (!first) {
            EXPECT_EQ(first.error().code, ErrorCode::kBroken);
        }
        files.judge(nullptr);
        EXPECT_EQ(text_at(one, 1), "a") << n;
        EXPECT_EQ(text_at(one, 2), "b") << n;
    }
    EXPECT_EQ(spool_metrics.damaged_read.Value(), 0);
}

TEST_F(ReaderTest, A_segment_that_expires_under_it_is_expired_and_not_damaged) {
    for (int i = 1; i <= 100; ++i) ASSERT_TRUE(append({{std::to_string(i)}}));
    auto slow = reader();
    EXPECT_EQ(text_at(slow, 1), "1");
    spool::Catalog::Registration other{store->catalog(), {Offset{60}, true}, [] {}};
    store->tidy();
    const auto step = slow.read(Offset{2}).value();
    EXPECT_EQ(step.kind, SpoolStep::Kind::kExpired);
    EXPECT_EQ(text_at(slow, number(step.offsets.last) + 1), std::to_string(number(step.offsets.last) + 1));
}

TEST_F(ReaderTest, Damage_over_several_blocks_is_said_once_and_ends_where_it_ends) {
    std::vector<std::size_t> ends;
    for (int i = 1; i <= 5; ++i) {
        ASSERT_TRUE(append({{std::to_string(i)}}));
        ends.push_back(files.content(options.directory / segments()[0]).size());
    }
    files.damage(options.directory / segments()[0], ends[0] + 4, 4);  // the heads of 2 and 3
    files.damage(options.directory / segments()[0], ends[1] + 4, 4);
    const auto seen = walk().value();
    ASSERT_EQ(seen.damaged.size(), 1u);
    EXPECT_EQ(number(seen.damaged[0].first), 2u);
    EXPECT_EQ(number(seen.damaged[0].last), 3u);
    EXPECT_EQ(seen.records.size(), 3u);
    EXPECT_EQ(spool_metrics.damaged_read.Value(), 2);
}

TEST_F(ReaderTest, A_gap_that_begins_before_the_offset_asked_for_is_unused_from_there) {
    ASSERT_TRUE(append({{"a"}}));
    kill();
    ASSERT_TRUE(open());
    const auto first = number(append({{"b"}}).value().first);
    auto one = reader();
    for (const std::uint64_t from : {std::uint64_t{2}, std::uint64_t{1000}, first - 1}) {
        const auto step = one.read(Offset{from}).value();
        EXPECT_EQ(step.kind, SpoolStep::Kind::kUnused);
        EXPECT_EQ(number(step.offsets.first), from);
        EXPECT_EQ(number(step.offsets.last), first - 1);
    }
    EXPECT_EQ(text_at(one, first), "b");
}

// Waypoints: a segment with many MiB is not walked from its beginning each time.
TEST_F(ReaderTest, Going_back_in_a_large_segment_reads_little) {
    close();
    options.segment_bytes = 64 << 20;
    ASSERT_TRUE(open());
    std::mt19937 random{1};
    std::string noise(200'000, ' ');
    for (auto& c : noise) c = static_cast<char>('!' + random() % 90);
    for (int i = 0; i < 60; ++i) ASSERT_TRUE(append({{noise}}));
    auto one = reader();
    for (std::uint64_t i = 1; i <= 60; ++i) ASSERT_EQ(text_at(one, i), noise);
    const auto before = files.calls(Call::kRead);
    EXPECT_EQ(text_at(one, 50), noise);
    EXPECT_LE(files.calls(Call::kRead) - before, 10u);
}

}  // namespace
}  // namespace auditfwd
