// Small pieces of RFC 8259: strings, numbers, words. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace auditfwd {

// A number or one of the words true, false, null; nothing before or behind it.
bool is_scalar(std::string_view text);

// The value of a string's content (without its quotes) in at most content.size() bytes at `out`; how many, or nothing
// when it has a bad escape or a raw control character. A surrogate without its partner becomes U+FFFD.
std::optional<std::size_t> unescape(std::string_view content, char* out);

// `text` as a JSON string, quotes included.
void append_quoted(std::string& out, std::string_view text);

// The first and the last eight bytes of a text, which overlap if it is shorter than sixteen: with its size they are all
// of it. Of less than eight bytes `first` has what there is, and `last` nothing.
struct Ends {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
};

inline Ends ends_of(std::string_view text) {
    const char* const at = text.data();
    const auto size = text.size();
    Ends out;
    if (size >= 8) {
        std::memcpy(&out.first, at, 8);
        std::memcpy(&out.last, at + size - 8, 8);
    } else if (size >= 4) {
        std::uint32_t low = 0, high = 0;
        std::memcpy(&low, at, 4);
        std::memcpy(&high, at + size - 4, 4);
        out.first = low | std::uint64_t{high} << 32;
    } else if (size != 0) {
        const auto byte = [at](std::size_t i) { return std::uint64_t{static_cast<std::uint8_t>(at[i])}; };
        out.first = byte(0) | byte(size / 2) << 8 | byte(size - 1) << 16;
    }
    return out;
}

// Whether one of the eight bytes is `byte`.
inline bool has_byte(std::uint64_t eight, char byte) {
    const auto other = eight ^ 0x0101010101010101 * static_cast<std::uint8_t>(byte);
    return ((other - 0x0101010101010101) & ~other & 0x8080808080808080) != 0;
}

// Quick for the few bytes most strings have.
inline bool has_backslash(std::string_view text) {
    using Bytes = std::uint8_t __attribute__((vector_size(16)));
    if (text.size() < 16) {
        const Ends ends = ends_of(text);
        return has_byte(ends.first, '\\') || (text.size() > 8 && has_byte(ends.last, '\\'));
    }
    Bytes found{};
    const auto look = [&](const char* at) {
        Bytes bytes;
        std::memcpy(&bytes, at, sizeof bytes);
        found |= reinterpret_cast<Bytes>(bytes == std::uint8_t{'\\'});
    };
    for (const char* at = text.data(); at < text.data() + text.size() - 16; at += 16) look(at);
    look(text.data() + text.size() - 16);  // overlaps what was seen
    std::uint64_t words[2];
    std::memcpy(words, &found, sizeof words);
    return (words[0] | words[1]) != 0;
}

enum class Letters { kExact, kFolded };

// What stands behind `name` (ASCII) in a string's content, however it is escaped; nothing when it does not begin so.
// kFolded: as a decoder that does not mind case reads it (Go's: U+017F is an s, U+212A a k).
std::optional<std::string_view> behind_disguised_name(std::string_view content, std::string_view name, Letters letters);

inline std::optional<std::string_view> behind_name(std::string_view content, std::string_view name) {
    if (content.starts_with(name)) return content.substr(name.size());
    if (!has_backslash(content.substr(0, 6 * name.size()))) return std::nullopt;
    return behind_disguised_name(content, name, Letters::kExact);
}

// Whether it is just that name.
inline bool is_name(std::string_view content, std::string_view name, Letters letters = Letters::kExact) {
    if (content == name) return true;
    if (letters == Letters::kExact && !has_backslash(content)) return false;
    const auto rest = behind_disguised_name(content, name, letters);
    return rest && rest->empty();
}

// RFC 3339, somewhat tolerant (any number of fractional digits, a blank for the T); milliseconds since 1970, 0 when it
// cannot be read.
std::int64_t parse_time_ms(std::string_view text);

// An integer in decimal that fits.
std::optional<int> parse_int(std::string_view text);

// Takes white space outside strings out of valid JSON text, in place; returns the new size.
std::size_t minify(char* text, std::size_t bytes);

}  // namespace auditfwd
