#include "forwarder/app/cli/reassembly.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "codecs/fit.h"

namespace auditfwd::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string record(const std::string& id, std::size_t bytes) {
    return "{\"auditID\":\"" + id + "\",\"requestObject\":{\"é\\\"\\u00e9\":\"" + std::string(bytes, 'x') +
           "\"},\"auditfwd\":{\"cluster\":\"c\"}}";
}

std::vector<std::string> parts_of(const std::string& record, std::size_t limit = kFitLimitMin) {
    Fitter fitter{{.limit_bytes = limit}};
    const auto fitted = fitter.fit(record);
    std::vector<std::string> parts;
    for (std::uint32_t n = 1; n <= fitted->records; ++n) fitter.append(n, parts.emplace_back());
    return parts;
}

struct Joined {
    std::vector<std::string> records;
    std::vector<std::string> said;
};

Joined join(const std::vector<std::string>& lines) {
    Joined joined;
    Reassembly reassembly{[&](std::string_view line) { joined.records.emplace_back(line); },
                          [&](const std::string& text) { joined.said.push_back(text); }};
    for (const auto& line : lines) EXPECT_TRUE(reassembly.line(line));
    EXPECT_TRUE(reassembly.end());
    EXPECT_EQ(reassembly.incomplete(), joined.said.size());
    return joined;
}

TEST(Reassembly, Joins_parts_in_any_order_and_more_than_once) {
    const auto a = record("a", 70'000), b = record("b", 50'000);
    const auto parts_of_a = parts_of(a), parts_of_b = parts_of(b);
    ASSERT_THAT(parts_of_a, SizeIs(6));
    std::mt19937 random{7};
    for (int round = 0; round < 50; ++round) {
        auto lines = parts_of_a;
        lines.insert(lines.end(), parts_of_b.begin(), parts_of_b.end());
        for (int more = 0; more < 3; ++more) lines.push_back(lines[random() % lines.size()]);
        std::ranges::shuffle(lines, random);
        auto joined = join(lines);
        std::ranges::sort(joined.records);
        EXPECT_THAT(joined.records, ElementsAre(a, b));
        EXPECT_THAT(joined.said, IsEmpty());
    }
}

TEST(Reassembly, What_came_twice_comes_twice_and_what_is_no_part_passes) {
    const auto a = record("a", 50'000);
    auto lines = parts_of(a);
    lines.push_back("not even JSON \"part\"");
    lines.push_back(record("b", 10));
    for (const auto& part : parts_of(a)) lines.push_back(part);
    const auto joined = join(lines);
    EXPECT_THAT(joined.records, ElementsAre(a, "not even JSON \"part\"", record("b", 10), a));
    EXPECT_THAT(joined.said, IsEmpty());
}

TEST(Reassembly, Says_which_parts_are_missing_and_gives_what_the_first_one_holds) {
    auto lines = parts_of(record("a", 70'000));
    const auto first = lines[0];
    lines.erase(lines.begin() + 4);
    lines.erase(lines.begin() + 2);
    const auto joined = join(lines);
    EXPECT_THAT(joined.records, ElementsAre(first));
    ASSERT_THAT(joined.said, SizeIs(1));
    EXPECT_THAT(joined.said[0], HasSubstr("of its 6 parts 3, 5 are missing"));
}

TEST(Reassembly, The_first_part_is_not_needed) {
    const auto a = record("a", 50'000);
    auto lines = parts_of(a);
    lines.erase(lines.begin());
    EXPECT_THAT(join(lines).records, ElementsAre(a));
}

TEST(Reassembly, Gives_nothing_that_is_not_what_was_split) {
    auto lines = parts_of(record("a", 50'000));
    const auto first = lines[0];
    lines[1].replace(lines[1].find("xxx"), 3, "yyy");
    const auto joined = join(lines);
    EXPECT_THAT(joined.records, ElementsAre(first));
    ASSERT_THAT(joined.said, SizeIs(1));
    EXPECT_THAT(joined.said[0], HasSubstr("do not add up"));
}

TEST(Reassembly, Joins_what_was_split_twice) {
    const auto a = record("a", 300'000);
    std::vector<std::string> lines;
    for (const auto& part : parts_of(a, 100'000)) {
        for (auto& smaller : parts_of(part)) lines.push_back(std::move(smaller));
    }
    EXPECT_THAT(join(lines).records, ElementsAre(a));
}

TEST(Reassembly, Forgets_the_oldest_of_too_many) {
    std::vector<std::string> lines;
    for (std::size_t i = 0; i <= Reassembly::kSetsMax; ++i) {
        const auto number = std::to_string(100'000 + i);
        lines.push_back("{\"auditfwd\":{\"part\":{\"n\":2,\"of\":3,\"id\":\"" + std::string(26, 'a') + number +
                        "\"},\"piece\":\"x\"}}");
    }
    EXPECT_THAT(join(lines).said, SizeIs(Reassembly::kSetsMax + 1));
}

TEST(Reassembly, Hostile_parts_are_no_parts) {
    const std::string id(32, 'a');
    const std::vector<std::string> lines{
        R"({"auditfwd":{"part":{"n":0,"of":3,"id":")" + id + R"("},"piece":"x"}})",
        R"({"auditfwd":{"part":{"n":4,"of":3,"id":")" + id + R"("},"piece":"x"}})",
        R"({"auditfwd":{"part":{"n":2,"of":4000000000,"id":")" + id + R"("},"piece":"x"}})",
        R"({"auditfwd":{"part":{"n":2,"of":3,"id":"../../etc"},"piece":"x"}})",
        R"({"auditfwd":{"part":{"n":2,"of":3,"id":")" + id + R"("}}})",
        R"({"x":{"auditfwd":{"part":{"n":2,"of":3,"id":")" + id + R"("},"piece":"x"}}})",
        R"({"auditfwd":[{"part":{"n":2,"of":3,"id":")" + id + R"("},"piece":"x"}]})"};
    EXPECT_EQ(join(lines).records, lines);
}

}  // namespace
}  // namespace auditfwd::cli
