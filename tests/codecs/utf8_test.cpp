#include "codecs/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace auditfwd {
namespace {

std::string repaired(std::string_view text) {
    std::string out;
    EXPECT_TRUE(append_repaired(out, text, 1 << 20));
    EXPECT_TRUE(is_utf8(out));
    return out;
}

TEST(Utf8, Knows_what_is_none) {
    for (const std::string good : {"", "a", "\u00e9\u20ac\U0001F600", "\xf4\x8f\xbf\xbf"}) EXPECT_TRUE(is_utf8(good));
    for (const std::string bad :
         {"\x80", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8", "\xff", "a\xe2\x82", "\xc3"})
        EXPECT_FALSE(is_utf8(bad)) << bad;
}

TEST(Utf8, Leaves_good_text_alone) {
    for (const std::string good : {"", "plain", "\u00e9\u20ac\U0001F600"}) EXPECT_EQ(repaired(good), good);
}

// The Unicode standard, chapter 3, "U+FFFD Substitution of Maximal Subparts".
TEST(Utf8, Replaces_each_maximal_subpart_once) {
    EXPECT_EQ(repaired("a\xf1\x80\x80\xe1\x80\xc2"
                       "b\x80"
                       "c\x80\xbf"
                       "d"),
              "a\uFFFD\uFFFD\uFFFDb\uFFFDc\uFFFD\uFFFDd");
    EXPECT_EQ(repaired("\xe2\x82"), "\uFFFD");
    EXPECT_EQ(repaired("\xc0\xaf"), "\uFFFD\uFFFD");
    EXPECT_EQ(repaired("\xed\xa0\x80"), "\uFFFD\uFFFD\uFFFD");
}

TEST(Utf8, Stops_at_the_bound) {
    std::string out;
    EXPECT_FALSE(append_repaired(out, std::string(100, '\xff'), 50));
    EXPECT_LE(out.size(), 50u);
}

TEST(Utf8, Finds_the_one_bad_byte_wherever_it_is) {
    for (std::size_t size = 1; size < 130; ++size) {
        for (std::size_t at = 0; at < size; ++at) {
            std::string text(size, 'x');
            text[at] = '\xff';
            ASSERT_FALSE(is_utf8(text)) << size << ' ' << at;
        }
    }
}

}  // namespace
}  // namespace auditfwd
