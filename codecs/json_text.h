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

// Quick for the few bytes most strings have.
inline bool has_backslash(std::string_view text) {
    using Bytes = std::uint8_t __attribute__((vector_size(16)));
    if (text.size() < 16) {
        for (const char c : text) {
            if (c == '\\') return true;
        }
        return false;
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
