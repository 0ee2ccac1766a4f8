#include "forwarder/detection/fields/texts.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>

#include "codecs/json_walk.h"

namespace auditfwd {

namespace {

constexpr std::size_t kEscape = 6;  // \ud800

// How many bytes of `escapes` are an escape of half a surrogate pair that stays as it is written: neither half of
// another escape follows.
std::size_t lone_surrogate(std::string_view escapes) {
    if (escapes.size() < kEscape || escapes[1] != 'u') return 0;
    const bool surrogate = (escapes[2] | 0x20) == 'd' && escapes[3] > '7';
    return surrogate && !escapes.substr(kEscape).starts_with("\\u") ? kEscape : 0;
}

// The bytes of the escape at the beginning, both halves of a pair.
std::size_t escape_bytes(std::string_view escapes) {
    if (escapes.size() < 6 || escapes[1] != 'u') return std::min<std::size_t>(2, escapes.size());
    const bool high = (escapes[2] | 0x20) == 'd' && (escapes[3] == '8' || escapes[3] == '9' || escapes[3] > '9') &&
                      (escapes[3] | 0x20) < 'c';
    const bool pair = high && escapes.size() >= 12 && escapes[6] == '\\' && escapes[7] == 'u' &&
                      (escapes[8] | 0x20) == 'd' && (escapes[9] | 0x20) > 'b';
    return pair ? 12 : 6;
}

std::optional<std::size_t> unescape_around_surrogates(std::string_view content, char* out) {
    const auto* const begin = out;
    while (!content.empty()) {
        const auto plain = std::min(content.find('\\'), content.size());
        std::memcpy(out, content.data(), plain);
        out += plain;
        content.remove_prefix(plain);
        if (content.empty()) break;
        if (const auto kept = lone_surrogate(content); kept != 0) {
            std::memcpy(out, content.data(), kept);
            out += kept;
            content.remove_prefix(kept);
            continue;
        }
        const auto bytes = escape_bytes(content);
        const auto made = unescape(content.substr(0, bytes), out);
        if (!made) return std::nullopt;
        out += *made;
        content.remove_prefix(bytes);
    }
    return static_cast<std::size_t>(out - begin);
}

// The ASCII character whose escape `escapes` begins with, if an API server would not have written it as one; else 0.
// Clients do, in the bodies of patches, and `p\u0061ssword` must not hide a password.
char needless_escape(std::string_view escapes) {
    if (escapes.size() >= 2 && escapes[1] == '/') return '/';
    if (!escapes.starts_with("\\u00") || escapes.size() < kEscape) return 0;
    std::array<char, 4> plain;
    if (unescape(escapes.substr(0, kEscape), plain.data()) != 1 || plain[0] < ' ') return 0;
    constexpr std::string_view kEscaped = "\"\\<>&";
    return kEscaped.find(plain[0]) == kEscaped.npos ? plain[0] : '\0';
}

bool has_needless_escape(std::string_view raw) {
    for (auto at = raw.find('\\'); at != raw.npos; at = raw.find('\\', at + 2)) {
        if (needless_escape(raw.substr(at)) != 0) return true;
    }
    return false;
}

// Takes needless escapes out of valid JSON text, in place; returns the new size.
std::size_t take_out_escapes(char* text, std::size_t bytes) {
    char* out = text;
    for (std::string_view rest{text, bytes}; !rest.empty();) {
        const char plain = rest[0] == '\\' ? needless_escape(rest) : '\0';
        if (plain != 0) {
            rest.remove_prefix(escape_bytes(rest));
            *out++ = plain;
            continue;
        }
        const auto kept = std::min(rest[0] == '\\' ? 2 : rest.find('\\'), rest.size());
        std::memmove(out, rest.data(), kept);
        out += kept;
        rest.remove_prefix(kept);
    }
    return static_cast<std::size_t>(out - text);
}

// Calls put(text) and put_line(depth) for the pieces of JSON text as it is printed for humans.
template <class Put, class PutLine>
void print(std::string_view raw, Put put, PutLine put_line) {
    std::size_t depth = 0;
    bool opened = false;  // the last token was an opening bracket
    for (std::size_t at = 0; at < raw.size();) {
        const char c = raw[at];
        if (static_cast<unsigned char>(c) <= ' ') {
            ++at;
            continue;
        }
        const bool closes = c == '}' || c == ']';
        if (opened && !closes) put_line(++depth);
        if (closes && !opened && depth > 0) put_line(--depth);
        opened = c == '{' || c == '[';
        auto end = at + 1;
        if (c == '"') {
            while (end < raw.size() && raw[end] != '"') end += raw[end] == '\\' ? 2 : 1;
            end = std::min(end + 1, raw.size());
        }
        put(c == ':' ? std::string_view{": "} : raw.substr(at, end - at));
        if (c == ',') put_line(depth);
        at = end;
    }
}

}  // namespace

std::string_view Texts::unescaped(std::string_view content) {
    char* const out = scratch_.take<char>(content.size());
    if (out == nullptr) return content;
    const bool surrogates = content.find("\\ud") != content.npos || content.find("\\uD") != content.npos;
    const auto size = surrogates ? unescape_around_surrogates(content, out) : unescape(content, out);
    return size ? std::string_view{out, *size} : content;
}

std::string_view Texts::compact(std::string_view raw) {
    const auto end = static_cast<std::uint32_t>(raw.size());
    tokens_.reset(raw.data(), 0, end);
    JsonWalk walk{tokens_};
    JsonVisitor nobody;
    if (!tokens_.ready() || walk.value(1, nobody) != end) return raw;
    if (!walk.spaced && !has_needless_escape(raw)) return raw;
    char* const out = scratch_.take<char>(raw.size());
    if (out == nullptr) return raw;
    std::memcpy(out, raw.data(), raw.size());
    return {out, take_out_escapes(out, minify(out, raw.size()))};
}

std::string_view Texts::pretty(std::string_view event) {
    const auto raw = compact(event);
    constexpr std::size_t kIndent = 2;
    std::size_t bytes = 0;
    print(
        raw, [&](std::string_view piece) { bytes += piece.size(); },
        [&](std::size_t depth) { bytes += 1 + kIndent * depth; });
    char* const out = scratch_.take<char>(bytes);
    if (out == nullptr) return raw;
    char* at = out;
    print(
        raw, [&](std::string_view piece) { at = std::copy(piece.begin(), piece.end(), at); },
        [&](std::size_t depth) {
            *at++ = '\n';
            at = std::fill_n(at, kIndent * depth, ' ');
        });
    return {out, bytes};
}

}  // namespace auditfwd
