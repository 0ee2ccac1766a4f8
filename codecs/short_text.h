// A string too long to be kept whole keeps its beginning, and a mark that tells two long ones apart:
// `begin…#0123456789abcdef`, where the digits are of the hash of what it was, as it was encoded. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace auditfwd {

// Of "…#" and 16 digits.
inline constexpr std::size_t kMarkBytes = 20;

// How much of a JSON string's content fits into `bytes_max`, cut neither inside a character nor inside an escape (two
// that make a pair count as one).
std::size_t whole_characters(std::string_view content, std::size_t bytes_max);

// How much of `content` is kept when at most `bytes_max` may be: all of it, too, when cutting would not make it
// shorter.
std::size_t kept_bytes(std::string_view content, std::size_t bytes_max);

// The mark of `content`, whole.
void append_mark(std::string& out, std::string_view content);

// `content`, whole or shortened: at most bytes_max + kMarkBytes.
void append_short(std::string& out, std::string_view content, std::size_t bytes_max);

}  // namespace auditfwd
