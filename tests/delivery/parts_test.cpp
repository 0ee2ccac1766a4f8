#include "forwarder/delivery/parts.h"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <set>

namespace auditfwd {
namespace {

LoadedBatch batch_of(std::size_t n) {
    LoadedBatch batch;
    for (std::size_t i = 0; i < n; ++i) {
        batch.records.push_back({Offset{2 * i + 2}, "{}", {}});
        batch.owned_from.push_back(Offset{2 * i + 1});
    }
    return batch;
}

std::vector<std::uint64_t> offsets_of(const Part& part) {
    std::vector<std::uint64_t> offsets;
    for (const auto& record : part.records) offsets.push_back(number(record.offset));
    return offsets;
}

using Offsets = std::vector<std::uint64_t>;

TEST(Parts, Named_culprits_are_taken_out_and_the_rest_stays_together) {
    Parts parts{batch_of(4)};
    const std::array<std::size_t, 2> refused{0, 2};
    EXPECT_EQ(offsets_of(parts.take(refused)), (Offsets{2, 6}));
    EXPECT_EQ(offsets_of(parts.front()), (Offsets{4, 8}));
    parts.pop_front();
    EXPECT_TRUE(parts.empty());
}

TEST(Parts, A_destination_that_names_what_it_was_not_sent_names_nothing) {
    Parts parts{batch_of(2)};
    const std::array<std::size_t, 3> refused{2, 7, SIZE_MAX};
    EXPECT_TRUE(parts.take(refused).records.empty());
    EXPECT_EQ(parts.front().records.size(), 2u);
}

TEST(Parts, Nothing_is_left_when_all_are_refused) {
    Parts parts{batch_of(2)};
    const std::array<std::size_t, 2> refused{0, 1};
    EXPECT_EQ(parts.take(refused).records.size(), 2u);
    EXPECT_TRUE(parts.empty());
}

TEST(Parts, Halves_keep_the_order) {
    Parts parts{batch_of(5)};
    parts.halve_front();
    EXPECT_EQ(offsets_of(parts.front()), (Offsets{2, 4}));
    parts.pop_front();
    EXPECT_EQ(offsets_of(parts.front()), (Offsets{6, 8, 10}));
}

TEST(Parts, Neighbours_are_accounted_for_together) {
    auto batch = batch_of(3);
    batch.owned_from[2] = Offset{6};  // 5 belongs to a record that was taken out
    std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges;
    for_each_owned_range({batch.records, batch.owned_from},
                         [&](OffsetRange range, std::uint64_t n) { ranges.emplace_back(range.size(), n); });
    EXPECT_EQ(ranges, (std::vector<std::pair<std::uint64_t, std::uint64_t>>{{4, 2}, {1, 1}}));
}

TEST(Parts, Halving_finds_every_unnamed_culprit_in_few_sends) {
    std::mt19937_64 random{3};
    for (int round = 0; round < 200; ++round) {
        const auto n = 1 + random() % 500;
        std::set<std::uint64_t> bad;
        for (auto i = random() % 4; i > 0; --i) bad.insert(2 * (random() % n) + 2);
        Parts parts{batch_of(n)};
        std::set<std::uint64_t> refused;
        Offsets delivered;
        unsigned sends = 0;
        while (!parts.empty()) {
            ++sends;
            const auto offsets = offsets_of(parts.front());
            const bool poisoned = std::any_of(offsets.begin(), offsets.end(), [&](auto o) { return bad.contains(o); });
            if (!poisoned) {
                delivered.insert(delivered.end(), offsets.begin(), offsets.end());
                parts.pop_front();
            } else if (offsets.size() == 1) {
                const std::array<std::size_t, 1> only{0};
                refused.insert(number(parts.take(only).records[0].offset));
            } else {
                parts.halve_front();
            }
        }
        ASSERT_EQ(refused, bad);
        ASSERT_EQ(delivered.size() + refused.size(), n);
        ASSERT_TRUE(std::is_sorted(delivered.begin(), delivered.end()));
        ASSERT_LE(sends, 1 + bad.size() * 2 * 10);  // 2 log2(n) a culprit
    }
}

}  // namespace
}  // namespace auditfwd
