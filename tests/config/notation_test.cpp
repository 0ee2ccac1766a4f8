#include "forwarder/config/notation.h"

#include <gtest/gtest.h>

#include <array>
#include <random>

namespace auditfwd {
namespace {

using namespace std::chrono_literals;

TEST(Size, Reads_bytes_and_binary_units) {
    EXPECT_EQ(parse_size("0").value(), 0u);
    EXPECT_EQ(parse_size("1048576").value(), 1u << 20);
    EXPECT_EQ(parse_size("256MiB").value(), 256ull << 20);
    EXPECT_EQ(parse_size("8GiB").value(), 8ull << 30);
    EXPECT_EQ(parse_size("18446744073709551615").value(), UINT64_MAX);
}

TEST(Size, Refuses_what_could_be_meant_otherwise) {
    for (const auto* text : {"", "MiB", "1MB", "1Mi", "1 MiB", " 1MiB", "1.5GiB", "-1", "+1", "0x10", "1e6", "1MiB ",
                             "18446744073709551616", "16777216TiB", "99999999999999999999MiB"}) {
        EXPECT_FALSE(parse_size(text)) << text;
    }
}

TEST(Duration, Reads_and_refuses) {
    EXPECT_EQ(parse_duration("250ms").value(), 250ms);
    EXPECT_EQ(parse_duration("0s").value(), 0s);
    EXPECT_EQ(parse_duration("1h").value(), 1h);
    EXPECT_EQ(parse_duration("7d").value(), 168h);
    for (const auto* text :
         {"", "5", "s", "1.5s", "-5s", "5 s", "1h30m", "5S", "9223372036854775807d", "18446744073709551615ms"}) {
        EXPECT_FALSE(parse_duration(text)) << text;
    }
}

TEST(Notation, Shows_what_it_reads_as_the_same_value) {
    std::mt19937_64 random{20'260'801};
    for (int i = 0; i < 10'000; ++i) {
        const auto value = random() >> (random() % 64);
        EXPECT_EQ(parse_size(show_size(value)).value(), value);
        const std::chrono::milliseconds time{static_cast<std::int64_t>(value >> 1)};
        EXPECT_EQ(parse_duration(show_duration(time)).value(), time);
    }
}

TEST(Percent, Needs_its_sign) {
    EXPECT_EQ(parse_percent("10%").value(), 10u);
    for (const auto* text : {"10", "%", "10%%", "-1%", "1.5%"}) EXPECT_FALSE(parse_percent(text)) << text;
}

TEST(ListenAddress, Knows_loopback_and_all_interfaces) {
    EXPECT_TRUE(parse_listen_address("127.0.0.1:9880").value().loopback);
    EXPECT_TRUE(parse_listen_address("127.9.9.9:0").value().loopback);
    EXPECT_TRUE(parse_listen_address("[::1]:9880").value().loopback);
    EXPECT_FALSE(parse_listen_address("10.0.0.1:9880").value().loopback);
    EXPECT_TRUE(parse_listen_address("0.0.0.0:9880").value().any);
    EXPECT_TRUE(parse_listen_address("[::]:9880").value().any);
    EXPECT_EQ(parse_listen_address("[0:0:0:0:0:0:0:1]:65535").value().host, "::1");
}

TEST(ListenAddress, Is_never_a_name_nor_half_an_address) {
    for (const auto* text :
         {"", ":", ":9880", "9880", "localhost:9880", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
          "127.0.0.1:http", "::1:9880", "[127.0.0.1]:9880", "[]:1", "1.2.3:80", "127.0.0.1:9880 ", "[::1:9880"}) {
        EXPECT_FALSE(parse_listen_address(text)) << text;
    }
}

TEST(Nearest, Finds_typos_but_does_not_invent) {
    constexpr std::array<std::string_view, 5> kWords{"listen", "max_size", "warn", "true", "directory"};
    EXPECT_EQ(nearest("lisen", kWords), "listen");
    EXPECT_EQ(nearest("lsiten", kWords), "listen");
    EXPECT_EQ(nearest("maxSize", kWords), "max_size");
    EXPECT_EQ(nearest("MAX-SIZE", kWords), "max_size");
    EXPECT_EQ(nearest("warning", kWords), "warn");
    EXPECT_EQ(nearest("dir", kWords), "directory");
    EXPECT_EQ(nearest("kafka", kWords), std::nullopt);
    EXPECT_EQ(nearest("", kWords), std::nullopt);
    EXPECT_EQ(nearest(std::string(10'000, 'x'), kWords), std::nullopt);
}

TEST(InQuotes, Keeps_a_message_on_one_short_line) {
    EXPECT_EQ(in_quotes("a\"b\\c\n\x1b"), R"("a\"b\\c\x0a\x1b")");
    EXPECT_LT(in_quotes(std::string(1'000'000, 'x')).size(), 80u);
    // Cut between characters, never inside one.
    std::string umlauts;
    for (int i = 0; i < 100; ++i) umlauts += "ä";
    EXPECT_EQ(in_quotes(umlauts).size() % 2, (std::string{"\"\""}.size() + std::string{"…"}.size()) % 2);
}

}  // namespace
}  // namespace auditfwd
