#include "codecs/json_text.h"

#include <gtest/gtest.h>

#include <string>

namespace auditfwd {
namespace {

std::optional<std::string> unescaped(std::string_view content) {
    std::string out(content.size() + 1, '#');
    const auto bytes = unescape(content, out.data());
    if (!bytes) return std::nullopt;
    EXPECT_LE(*bytes, content.size());
    return out.substr(0, *bytes);
}

TEST(JsonText, Unescapes_every_form) {
    EXPECT_EQ(unescaped("plain, longer than a word of eight"), "plain, longer than a word of eight");
    EXPECT_EQ(unescaped(R"(a\"b\\c\/d\be\ff\ng\rh\ti)"), "a\"b\\c/d\be\ff\ng\rh\ti");
    EXPECT_EQ(unescaped(R"(\u0041\u00e9\u20AC)"), "A\u00e9\u20ac");
    EXPECT_EQ(unescaped(R"(\uD83D\uDE00)"), "\U0001F600");
    EXPECT_EQ(unescaped(R"(\u0000)"), std::string(1, '\0'));
}

TEST(JsonText, Puts_a_replacement_for_a_surrogate_without_its_partner) {
    EXPECT_EQ(unescaped(R"(\uD83D)"), "\uFFFD");
    EXPECT_EQ(unescaped(R"(\uDE00)"), "\uFFFD");
    EXPECT_EQ(unescaped(R"(\uD83Dx)"), "\uFFFDx");
    EXPECT_EQ(unescaped(R"(\uD83D\u0041)"), "\uFFFDA");
    EXPECT_EQ(unescaped(R"(\uD83D\uD83D\uDE00)"), "\uFFFD\U0001F600");
}

TEST(JsonText, Refuses_bad_escapes_and_raw_control_characters) {
    for (const auto* bad : {R"(\x)", R"(\u12)", R"(\u12g4)", "a\\", "a\nb", "12345678\x01"})
        EXPECT_FALSE(unescaped(bad)) << bad;
}

TEST(JsonText, Quotes_what_unescape_gives_back) {
    std::string all;
    for (int c = 0; c < 128; ++c) all += static_cast<char>(c);
    all += "\u00e9\U0001F600";
    std::string quoted;
    append_quoted(quoted, all);
    ASSERT_EQ(quoted.front(), '"');
    ASSERT_EQ(quoted.back(), '"');
    EXPECT_EQ(unescaped(std::string_view{quoted}.substr(1, quoted.size() - 2)), all);
    for (const char c : quoted) EXPECT_GE(static_cast<unsigned char>(c), 0x20) << "a raw control character";
}

TEST(JsonText, Knows_scalars) {
    for (const auto* good : {"0", "-0", "1", "-12.5", "1e5", "1E+5", "1.0e-7", "true", "false", "null"})
        EXPECT_TRUE(is_scalar(good)) << good;
    for (const auto* bad : {"", "-", "01", "1.", ".5", "1e", "+1", "0x1", "True", "nul", "nulll", "NaN", "1 ", "--1"})
        EXPECT_FALSE(is_scalar(bad)) << bad;
}

TEST(JsonText, Finds_a_backslash_wherever_it_is) {
    for (std::size_t size = 1; size < 70; ++size) {
        std::string text(size, 'x');
        EXPECT_FALSE(has_backslash(text));
        for (std::size_t at = 0; at < size; ++at) {
            text[at] = '\\';
            EXPECT_TRUE(has_backslash(text)) << size << ' ' << at;
            text[at] = 'x';
        }
    }
}

TEST(JsonText, Sees_through_disguised_names) {
    EXPECT_TRUE(is_name("auditID", "auditID"));
    EXPECT_TRUE(is_name(R"(\u0061uditID)", "auditID"));
    EXPECT_FALSE(is_name("auditId", "auditID"));
    EXPECT_TRUE(is_name("AUDITid", "auditID", Letters::kFolded));
    EXPECT_TRUE(is_name("\u017fecret", "secret", Letters::kFolded));   // a long s
    EXPECT_TRUE(is_name(R"(to\u212aen)", "token", Letters::kFolded));  // a Kelvin sign
    EXPECT_FALSE(is_name("auditIDs", "auditID", Letters::kFolded));
    EXPECT_EQ(behind_name(R"(patch\u002eweb)", "patch."), "web");
}

TEST(JsonText, Reads_times_as_kubernetes_and_other_tools_write_them) {
    EXPECT_EQ(parse_time_ms("2026-01-02T03:04:05.678901Z"), 1767323045678);
    EXPECT_EQ(parse_time_ms("2026-01-02T03:04:05Z"), 1767323045000);
    EXPECT_EQ(parse_time_ms("2026-01-02t03:04:05z"), 1767323045000);
    EXPECT_EQ(parse_time_ms("2026-01-02 03:04:05.6Z"), 1767323045600);
    EXPECT_EQ(parse_time_ms("2026-01-02T05:04:05+02:00"), 1767323045000);
    EXPECT_EQ(parse_time_ms("2024-02-29T00:00:00Z"), 1709164800000);
    for (const auto* bad : {"", "2026", "2026-13-02T03:04:05Z", "2026-02-30T03:04:05Z", "2026-01-02T25:04:05Z",
                            "2026-01-02T03:04:05", "2026-01-0xT03:04:05Z", "x"})
        EXPECT_EQ(parse_time_ms(bad), 0) << bad;
}

TEST(JsonText, Reads_integers_that_fit) {
    EXPECT_EQ(parse_int("200"), 200);
    EXPECT_EQ(parse_int("-1"), -1);
    for (const auto* bad : {"", "1.0", "1e2", "99999999999", "x", "1x"}) EXPECT_FALSE(parse_int(bad)) << bad;
}

TEST(JsonText, Takes_white_space_out_of_everything_but_strings) {
    std::string text = "{ \"a b\\\" \" :\n[ 1 ,\t2 ] , \"c\":\"\\\\\" }\r\n";
    text.resize(minify(text.data(), text.size()));
    EXPECT_EQ(text, "{\"a b\\\" \":[1,2],\"c\":\"\\\\\"}");
}

}  // namespace
}  // namespace auditfwd
