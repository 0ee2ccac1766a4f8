#include "forwarder/delivery/progress.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace auditfwd {
namespace {

OffsetRange range(std::uint64_t first, std::uint64_t last) { return {Offset{first}, Offset{last}}; }

TEST(Progress, Commits_the_longest_finished_prefix) {
    Progress progress{Offset{0}, {}};
    progress.finish(range(4, 6), {.delivered = 3});
    EXPECT_EQ(progress.done(), Offset{0});
    progress.finish(range(1, 2), {.filtered = 2});
    EXPECT_EQ(progress.done(), Offset{2});
    progress.finish(range(3, 3), {.dead_lettered = 1});
    EXPECT_EQ(progress.done(), Offset{6});
    EXPECT_EQ(progress.counts(), (CursorCounts{.delivered = 3, .filtered = 2, .dead_lettered = 1}));
}

TEST(Progress, Counts_belong_to_the_prefix_alone) {
    Progress progress{Offset{10}, {.unused = 10}};
    progress.finish(range(12, 20), {.delivered = 9});
    EXPECT_EQ(sum(progress.counts()), 10u);
}

TEST(Progress, A_dead_letter_that_is_delivered_changes_its_state) {
    Progress progress{Offset{0}, {}};
    progress.finish(range(1, 5), {.delivered = 3, .dead_lettered = 2});
    progress.redeem(1);
    EXPECT_EQ(progress.counts(), (CursorCounts{.delivered = 4, .dead_lettered = 1}));
    progress.redeem(5);
    EXPECT_EQ(progress.counts(), (CursorCounts{.delivered = 5}));
}

TEST(ProgressDeathTest, An_offset_does_not_end_twice) {
    Progress progress{Offset{0}, {}};
    progress.finish(range(3, 4), {.delivered = 2});
    EXPECT_DEATH(progress.finish(range(4, 5), {.delivered = 2}), "CHECK");
    EXPECT_DEATH(progress.finish(range(1, 3), {.delivered = 3}), "CHECK");
    EXPECT_DEATH(progress.finish(range(1, 2), {.delivered = 1}), "CHECK");
}

TEST(Progress, Any_order_ends_the_same) {
    std::mt19937_64 random{7};
    for (int round = 0; round < 200; ++round) {
        std::vector<OffsetRange> ranges;
        std::uint64_t next = 1;
        while (ranges.size() < 1 + random() % 40) {
            const auto last = next + random() % 5;
            ranges.push_back(range(next, last));
            next = last + 1;
        }
        std::shuffle(ranges.begin(), ranges.end(), random);
        Progress progress{Offset{0}, {}};
        std::vector<bool> ended(next + 1, false);
        for (const auto& r : ranges) {
            progress.finish(r, {.delivered = r.size()});
            for (auto o = number(r.first); o <= number(r.last); ++o) ended[o] = true;
            std::uint64_t prefix = 0;
            while (prefix + 1 < next && ended[prefix + 1]) ++prefix;
            ASSERT_EQ(number(progress.done()), prefix);
            ASSERT_EQ(sum(progress.counts()), prefix);
        }
        ASSERT_EQ(number(progress.done()), next - 1);
    }
}

}  // namespace
}  // namespace auditfwd
