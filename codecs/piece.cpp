#include "codecs/piece.h"

#include <cstdint>

namespace auditfwd {

namespace {

bool is_escaped(char c) { return c == '"' || c == '\\'; }

constexpr std::size_t kStride = 64;  // counted together

// Quotes and backslashes among kStride bytes.
std::size_t escaped_in(const char* text) {
    std::uint8_t count = 0;
    for (std::size_t i = 0; i < kStride; ++i)
        count = static_cast<std::uint8_t>(count + ((text[i] == '"') | (text[i] == '\\')));
    return count;
}

}  // namespace

std::size_t piece_bytes(std::string_view text, std::size_t bytes_max) {
    std::size_t at = 0, left = bytes_max;
    while (text.size() - at >= kStride && left >= 2 * kStride) {
        left -= kStride + escaped_in(text.data() + at);
        at += kStride;
    }
    while (at < text.size() && left >= (is_escaped(text[at]) ? 2u : 1u)) left -= is_escaped(text[at++]) ? 2 : 1;
    const auto is_inside = [&] { return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80; };
    while (at > 0 && is_inside()) --at;
    return at;
}

void append_piece(std::string& out, std::string_view text) {
    out.reserve(out.size() + text.size() + text.size() / 8);
    std::size_t at = 0, clean = 0;  // from `clean` to `at` nothing is escaped
    while (at + kStride <= text.size()) {
        if (escaped_in(text.data() + at) == 0) {
            at += kStride;
            continue;
        }
        out += text.substr(clean, at - clean);
        char buffer[2 * kStride];
        char* end = buffer;
        for (std::size_t i = 0; i < kStride; ++i) {
            *end = '\\';
            end += is_escaped(text[at + i]) ? 1 : 0;
            *end++ = text[at + i];
        }
        out.append(buffer, end);
        clean = at += kStride;
    }
    out += text.substr(clean, at - clean);
    for (; at < text.size(); ++at) {
        if (is_escaped(text[at])) out += '\\';
        out += text[at];
    }
}

}  // namespace auditfwd
