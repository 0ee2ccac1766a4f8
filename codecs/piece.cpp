#include "codecs/piece.h"

#include <algorithm>

namespace auditfwd {

namespace {

bool is_escaped(char c) { return c == '"' || c == '\\'; }

}  // namespace

std::size_t piece_bytes(std::string_view text, std::size_t bytes_max) {
    constexpr std::size_t kStride = 64;  // counted together
    std::size_t at = 0, left = bytes_max;
    while (text.size() - at >= kStride && left >= 2 * kStride) {
        std::size_t escaped = 0;
        for (std::size_t i = 0; i < kStride; ++i) escaped += is_escaped(text[at + i]) ? 1u : 0u;
        at += kStride;
        left -= kStride + escaped;
    }
    while (at < text.size() && left >= (is_escaped(text[at]) ? 2u : 1u)) left -= is_escaped(text[at++]) ? 2 : 1;
    const auto is_inside = [&] { return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80; };
    while (at > 0 && is_inside()) --at;
    return at;
}

void append_piece(std::string& out, std::string_view text) {
    constexpr std::size_t kStride = 1024;
    char buffer[2 * kStride];
    while (!text.empty()) {
        const auto part = text.substr(0, kStride);
        char* end = buffer;
        for (const char c : part) {
            *end = '\\';
            end += is_escaped(c) ? 1 : 0;
            *end++ = c;
        }
        out.append(buffer, end);
        text.remove_prefix(part.size());
    }
}

}  // namespace auditfwd
