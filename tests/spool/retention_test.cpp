// What the spool deletes, when, and whom it asks.
#include <gtest/gtest.h>

#include "tests/spool/store_harness.h"

namespace auditfwd {
namespace {

using namespace std::chrono_literals;
using spool::Catalog;
using testing::ForgetfulFileSystem;
using testing::StoreHarness;

using Call = ForgetfulFileSystem::Call;
using Fate = ForgetfulFileSystem::Fate;

class RetentionTest : public ::testing::Test, public StoreHarness {
protected:
    RetentionTest() : StoreHarness{1} { options.segment_bytes = 1000; }

    void SetUp() override { ASSERT_TRUE(open()); }
    void reopen() {
        close();
        ASSERT_TRUE(open());
    }

    // Records that do not compress, about `bytes` in all.
    Result<OffsetRange> append_bytes(std::size_t bytes) {
        std::string text(bytes, ' ');
        for (auto& c : text) c = static_cast<char>('!' + random_() % 90);
        return append({{text}});
    }
    void fill(int segments_wanted) {
        while (static_cast<int>(segments().size()) < segments_wanted) ASSERT_TRUE(append_bytes(300));
    }
    static spool::Need holds(std::uint64_t from) { return {Offset{from}, true}; }
    static spool::Need lets_go(std::uint64_t from) { return {Offset{from}, false}; }

    std::mt19937 random_{1};
};

TEST_F(RetentionTest, Deletes_what_every_reader_released_and_keeps_the_newest) {
    fill(4);
    Catalog::Registration a{store->catalog(), holds(1), [] {}};
    Catalog::Registration b{store->catalog(), lets_go(1), [] {}};
    const auto last = store->catalog().last();
    a.release(last + 1);
    store->tidy();
    EXPECT_EQ(segments().size(), 4u);
    b.release(last + 1);
    store->tidy();
    EXPECT_EQ(segments().size(), 1u);
    const auto state = store->catalog().state();
    EXPECT_GT(number(state.first), 1u);
    EXPECT_LT(state.bytes, 2000u);
}

TEST_F(RetentionTest, Without_readers_nothing_goes_before_the_bound) {
    fill(4);
    store->tidy();
    EXPECT_EQ(segments().size(), 4u);
}

TEST_F(RetentionTest, A_reader_that_is_gone_holds_nothing) {
    fill(4);
    {
        Catalog::Registration a{store->catalog(), holds(1), [] {}};
        store->tidy();
    }
    Catalog::Registration b{store->catalog(), holds(number(store->catalog().last()) + 1), [] {}};
    store->tidy();
    EXPECT_EQ(segments().size(), 1u);
}

TEST_F(RetentionTest, A_deleted_segment_stays_deleted_after_a_power_loss) {
    fill(4);
    {
        Catalog::Registration a{store->catalog(), holds(1000), [] {}};
        store->tidy();
    }
    lose_power();
    ASSERT_TRUE(open());
    EXPECT_EQ(segments().size(), 1u);
}

class BoundTest : public RetentionTest {
protected:
    BoundTest() {
        options.bytes_max = 20'000;
        options.segment_bytes = 2'000;
    }
    // Until it is refused or `count` were taken; how many were.
    int append_many(int count) {
        for (int i = 0; i < count; ++i) {
            const auto appended = append_bytes(900);
            if (!appended) {
                EXPECT_EQ(appended.error().code, ErrorCode::kFull);
                return i;
            }
        }
        return count;
    }
    std::uint64_t bytes_on_disk() {
        std::uint64_t bytes = spool::other_bytes(files, options.directory);
        for (const auto& name : segments()) bytes += files.content(options.directory / name).size();
        return bytes;
    }
};

TEST_F(BoundTest, Who_may_be_expired_loses_the_oldest_and_is_told) {
    Catalog::Registration slow{store->catalog(), lets_go(1), [] {}};
    EXPECT_EQ(append_many(60), 60);
    EXPECT_LE(bytes_on_disk(), options.bytes_max);
    const auto seen = walk().value();
    ASSERT_EQ(seen.expired.size(), 1u);
    EXPECT_EQ(number(seen.expired[0].first), 1u);
    EXPECT_EQ(seen.expired[0].last + 1, store->catalog().state().first);
    EXPECT_EQ(seen.records.size() + seen.expired[0].size(), 60u);
    EXPECT_GT(spool_metrics.expired_segments.Value(), 0);
}

TEST_F(BoundTest, Who_holds_the_disk_makes_appends_fail_until_it_moves_on) {
    Catalog::Registration slow{store->catalog(), holds(1), [] {}};
    const auto taken = append_many(60);
    EXPECT_LT(taken, 60);
    EXPECT_LE(bytes_on_disk(), options.bytes_max);
    EXPECT_EQ(walk().value().records.size(), static_cast<std::size_t>(taken)) << "nothing was lost";
    EXPECT_FALSE(store->catalog().state().failed);
    EXPECT_EQ(spool_metrics.refused_full.Value(), 1);
    slow.release(Offset{10});
    store->tidy();
    EXPECT_GT(append_many(5), 0);
}

TEST_F(BoundTest, Without_readers_the_oldest_go) {
    EXPECT_EQ(append_many(60), 60);
    EXPECT_LE(bytes_on_disk(), options.bytes_max);
}

TEST_F(BoundTest, Other_files_of_the_directory_count) {
    files.set_content(options.directory / "dead-letters-of-siem", std::string(15'000, 'x'));
    Catalog::Registration slow{store->catalog(), holds(1), [] {}};
    const auto taken = append_many(60);
    EXPECT_LE(taken, 6);
    EXPECT_LE(bytes_on_disk(), options.bytes_max);
}

TEST_F(BoundTest, An_append_that_could_never_fit_deletes_nothing) {
    append_many(10);
    const auto before = segments();
    EXPECT_EQ(append_bytes(30'000).error().code, ErrorCode::kFull);
    EXPECT_EQ(segments(), before);
}

TEST_F(BoundTest, The_bound_holds_over_restarts) {
    append_many(30);
    reopen();
    EXPECT_EQ(append_many(30), 30);
    EXPECT_LE(bytes_on_disk(), options.bytes_max);
}

TEST_F(BoundTest, A_segment_that_cannot_be_deleted_refuses_and_is_tried_again) {
    Catalog::Registration slow{store->catalog(), lets_go(1), [] {}};
    files.judge([](Call call, const auto&) { return call == Call::kRemove ? Fate::kFail : Fate::kWork; });
    EXPECT_LT(append_many(60), 60);
    files.judge(nullptr);
    EXPECT_EQ(append_many(20), 20);
}

class FreeSpaceTest : public RetentionTest {
protected:
    FreeSpaceTest() {
        options.free_percent_min = 50;
        files.set_capacity(20'000);
    }
};

TEST_F(FreeSpaceTest, What_must_stay_free_wins_over_the_size_that_is_allowed) {
    int taken = 0;
    for (; taken < 100; ++taken) {
        ASSERT_TRUE(append_bytes(500));
        clock.advance(1s);
    }
    std::uint64_t bytes = 0;
    for (const auto& name : segments()) bytes += files.content(options.directory / name).size();
    EXPECT_LE(bytes, 10'000u);
    EXPECT_GT(spool_metrics.expired_segments.Value(), 0);
}

TEST_F(FreeSpaceTest, Refuses_when_others_filled_the_disk) {
    ASSERT_TRUE(append_bytes(500));
    files.set_content("/elsewhere", std::string(12'000, 'x'));
    clock.advance(1s);
    EXPECT_EQ(append_bytes(500).error().code, ErrorCode::kFull);
    files.set_content("/elsewhere", "");
    clock.advance(1s);
    EXPECT_TRUE(append_bytes(500));
}

}  // namespace
}  // namespace auditfwd
