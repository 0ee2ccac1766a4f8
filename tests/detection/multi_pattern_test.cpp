#include "forwarder/detection/multi_pattern.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>
#include <vector>

namespace auditfwd::detection {
namespace {

std::set<std::uint32_t> found(const MultiPattern& patterns, const std::string& text) {
    std::set<std::uint32_t> out;
    patterns.find(text, [&](std::uint32_t number) { out.insert(number); });
    return out;
}

std::string text_of(std::mt19937& random, std::string_view letters, std::size_t size_max) {
    std::string out(random() % (size_max + 1), ' ');
    for (auto& c : out) c = letters[random() % letters.size()];
    return out;
}

TEST(MultiPattern, Finds_what_searching_for_each_finds) {
    std::mt19937 random{7};
    std::size_t hits = 0;
    for (int round = 0; round < 2'000; ++round) {
        MultiPattern patterns{false};
        std::vector<std::string> literals(1 + random() % 6);
        for (std::uint32_t i = 0; i < literals.size(); ++i) {
            const auto least = round % 2 == 0 ? "" : "aba";  // with short ones, and without
            literals[i] = least + text_of(random, "ab\x7f\xff", 4) + "b";
            patterns.add(literals[i], i);
        }
        patterns.build();
        const auto text = text_of(random, "aab\x7f\xff", 60);
        std::set<std::uint32_t> expected;
        for (std::uint32_t i = 0; i < literals.size(); ++i) {
            if (text.find(literals[i]) != text.npos) expected.insert(i);
        }
        hits += expected.size();
        ASSERT_EQ(found(patterns, text), expected) << "round " << round << ", text " << text;
    }
    EXPECT_GT(hits, 1'000u);
}

TEST(MultiPattern, Finds_a_literal_wherever_it_stands_and_however_long_the_text_is) {
    MultiPattern patterns{true};
    patterns.add("PassWord", 1);
    patterns.add("sword", 2);
    patterns.build();
    for (std::size_t before = 0; before < 40; ++before) {
        for (std::size_t behind = 0; behind < 20; ++behind) {
            const auto text = std::string(before, 'p') + "pASSwORD" + std::string(behind, 's');
            ASSERT_EQ(found(patterns, text), (std::set<std::uint32_t>{1, 2})) << text;
            ASSERT_TRUE(found(patterns, std::string(before, 'p') + "asswor" + std::string(behind, 's')).empty());
        }
    }
}

}  // namespace
}  // namespace auditfwd::detection
