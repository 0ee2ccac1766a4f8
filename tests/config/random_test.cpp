// Whatever the file holds: an answer, in bounded time, that says where.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <string>

#include "forwarder/config/parse.h"

namespace auditfwd {
namespace {

std::string mutated(std::string text, std::mt19937_64& random) {
    constexpr std::string_view kPieces[] = {": ",  "- ",    "\n",  "  ",     "{", "}",     "[",    "]",    "&a ",  "*a",
                                            "? ",  "!!int", "|\n", "\"",     "'", "~",     "---",  "\t",   "\xff", "# ",
                                            "<<:", "%",     ",",   "memory", "0", "\\x00", "null", "\r\n", ">-\n", "@"};
    const auto edits = 1 + random() % 6;
    for (std::size_t i = 0; i < edits; ++i) {
        const auto at = random() % (text.size() + 1);
        switch (random() % 3) {
            case 0:
                text.insert(at, kPieces[random() % std::size(kPieces)]);
                break;
            case 1:
                text.erase(at, random() % 20);
                break;
            default:
                text.insert(at, text.substr(random() % (text.size() + 1), random() % 40));
                break;
        }
    }
    return text;
}

TEST(ParseConfig, Survives_random_changes_and_says_one_line_each) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE(seed);
    std::mt19937_64 random{seed};
    const char* rounds_asked = std::getenv("AUDITFWD_ROUNDS");
    const int rounds = rounds_asked ? std::atoi(rounds_asked) : 200;
    const auto whole = config_default_file();
    for (int i = 0; i < rounds; ++i) {
        const auto text = mutated(whole, random);
        const auto parsed = parse_config(text, "random.yaml");
        for (const auto& line : parsed.findings.errors()) {
            ASSERT_EQ(line.find('\n'), line.npos) << line;
            ASSERT_EQ(line.rfind("random.yaml:", 0), 0u) << line;
        }
    }
}

TEST(ParseConfig, Deep_nesting_is_an_error_not_a_crash) {
    for (const auto* piece : {"[", "{a: ", "- ", "? ", "a: {", "&a "}) {
        std::string text;
        while (text.size() < kConfigBytesMax - 10) text += piece;
        EXPECT_FALSE(parse_config(text, "f").findings.errors().empty()) << piece;
    }
}

TEST(ParseConfig, Aliases_that_multiply_are_read_in_no_time) {
    std::string text = "a0: &a0 [x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 30; ++i) {
        const auto name = "a" + std::to_string(i), before = "*a" + std::to_string(i - 1);
        text += name + ": &" + name + " [";
        for (int k = 0; k < 8; ++k) text += before + (k == 7 ? "]\n" : ", ");
    }
    text += "sources: *a29\n";
    EXPECT_FALSE(parse_config(text, "f").findings.errors().empty());
}

}  // namespace
}  // namespace auditfwd
