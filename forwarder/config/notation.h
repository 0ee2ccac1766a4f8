// How values are written in the configuration file, and read back: sizes, durations, percentages, addresses.
//
// Pure. A failure's message follows the value it is about: `is not a size; write bytes, or …`. Every show_x() writes
// what parse_x() reads as the same value.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "forwarder/base/result.h"

namespace auditfwd {

// "1048576", "256MiB"; units KiB, MiB, GiB, TiB; no fractions.
Result<std::uint64_t> parse_size(std::string_view text);
std::string show_size(std::uint64_t bytes);

// "250ms", "5s", "10m", "1h", "7d".
Result<std::chrono::milliseconds> parse_duration(std::string_view text);
std::string show_duration(std::chrono::milliseconds duration);

// "10%".
Result<std::uint64_t> parse_percent(std::string_view text);

// Digits alone.
Result<std::uint64_t> parse_count(std::string_view text);

// "127.0.0.1:9880", "[::1]:9880"; a number, never a name: what it means must not depend on a resolver.
struct ListenAddress {
    std::string host;  // in canonical form
    std::uint16_t port = 0;
    bool loopback = false;
    bool any = false;  // 0.0.0.0 or [::]
};
Result<ListenAddress> parse_listen_address(std::string_view text);

// The candidate that `word` was probably meant to be: equal but for case, '-' and '_', or few letters apart.
std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> candidates);

// `text` in double quotes on one line, cut if it is long: for messages.
std::string in_quotes(std::string_view text);

// "a, b or c"
std::string join_words(std::span<const std::string_view> words);

}  // namespace auditfwd
