#include "codecs/short_text.h"

#include <gtest/gtest.h>

namespace auditfwd {
namespace {

std::string shortened(std::string_view content, std::size_t bytes_max) {
    std::string out;
    append_short(out, content, bytes_max);
    return out;
}

TEST(ShortText, Cuts_neither_characters_nor_escapes_nor_pairs) {
    EXPECT_EQ(whole_characters("abc", 5), 3u);
    EXPECT_EQ(whole_characters("aé", 2), 1u);
    EXPECT_EQ(whole_characters("a\U0001f600b", 4), 1u);
    EXPECT_EQ(whole_characters("a\U0001f600b", 5), 5u);
    EXPECT_EQ(whole_characters("\\n\\n", 3), 2u);
    EXPECT_EQ(whole_characters("\\u00e9x", 5), 0u);
    EXPECT_EQ(whole_characters("\\ud83d\\ude00x", 11), 0u);
    EXPECT_EQ(whole_characters("\\ud83d\\ude00x", 12), 12u);
    EXPECT_EQ(whole_characters("\\ud83d\\u0041x", 11), 6u) << "no pair";
}

TEST(ShortText, Keeps_what_would_not_become_shorter) {
    EXPECT_EQ(shortened(std::string(276, 'a'), 256), std::string(276, 'a'));
    EXPECT_EQ(shortened(std::string(277, 'a'), 256).size(), 276u);
}

TEST(ShortText, Tells_long_strings_apart_that_begin_alike) {
    const auto a = shortened(std::string(1000, 'a') + "x", 256), b = shortened(std::string(1000, 'a') + "y", 256);
    EXPECT_EQ(a.substr(0, 256), b.substr(0, 256));
    EXPECT_NE(a, b);
    EXPECT_EQ(a.substr(256, 4), "\u2026#");
}

}  // namespace
}  // namespace auditfwd
