#include "forwarder/source/file/line_scanner.h"

#include <gtest/gtest.h>

#include <string>

namespace auditfwd {
namespace {

using namespace std::string_literals;

// Feeds `file` in blocks of `block` bytes; true when a line was found.
bool scan(LineScanner& lines, const std::string& file, std::size_t block) {
    while (lines.scanned() < file.size())
        if (lines.feed(std::string_view{file}.substr(lines.scanned(), block))) return true;
    return false;
}

TEST(LineScanner, Finds_the_first_line_however_the_file_is_cut_into_blocks) {
    for (std::size_t block = 1; block < 20; ++block) {
        LineScanner lines{0, 0, 100};
        ASSERT_TRUE(scan(lines, "first\r\nsecond\n", block));
        EXPECT_EQ(lines.begin(), 0u);
        EXPECT_EQ(lines.end(), 7u);
    }
}

TEST(LineScanner, Goes_on_where_it_was_when_the_line_grows) {
    LineScanner before{3, 3, 100};
    EXPECT_FALSE(before.feed("half a"));
    LineScanner after{before.begin(), before.scanned(), 100};
    EXPECT_TRUE(after.feed(" line\n"));
    EXPECT_EQ(after.begin(), 3u);
    EXPECT_EQ(after.end(), 15u);
}

TEST(LineScanner, An_empty_line_is_a_line) {
    LineScanner lines{5, 5, 100};
    EXPECT_TRUE(lines.feed("\nx"));
    EXPECT_EQ(lines.end(), 6u);
}

TEST(LineScanner, Passes_over_lines_above_the_bound_and_finds_the_next) {
    const auto file = std::string(10, 'a') + "\n" + std::string(9, 'b') + "\n";
    for (std::size_t block = 1; block < 30; ++block) {
        LineScanner lines{0, 0, 10};
        ASSERT_TRUE(scan(lines, file, block));
        EXPECT_EQ(lines.begin(), 11u);
        EXPECT_EQ(lines.end(), 21u);
        EXPECT_EQ(lines.oversize_lines(), 1u);
        EXPECT_EQ(lines.last_oversize().position, 0u);
        EXPECT_EQ(lines.last_oversize().bytes, 11u);
    }
}

TEST(LineScanner, Passes_over_a_hole_where_a_line_begins_but_not_within_one) {
    const auto file = std::string(30, '\0') + "a\0b\n"s;
    for (std::size_t block = 1; block < 40; ++block) {
        LineScanner lines{0, 0, 10};
        ASSERT_TRUE(scan(lines, file, block));
        EXPECT_EQ(lines.begin(), 30u);
        EXPECT_EQ(lines.end(), 34u);
        EXPECT_EQ(lines.hole_bytes(), 30u);
        EXPECT_EQ(lines.oversize_lines(), 0u);
    }
}

TEST(LineScanner, A_last_line_without_end_counts_only_when_it_is_too_long) {
    LineScanner fits{0, 0, 10};
    fits.feed("0123456789");
    fits.finish();
    EXPECT_EQ(fits.begin(), 0u);
    LineScanner long_one{0, 0, 10};
    long_one.feed("0123456789a");
    long_one.finish();
    EXPECT_EQ(long_one.begin(), 11u);
    EXPECT_EQ(long_one.oversize_lines(), 1u);
}

}  // namespace
}  // namespace auditfwd
