#include "forwarder/policy/percent.h"

#include <cstring>

namespace auditfwd {

namespace {

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool needs_decoding(std::string_view text, PercentMode mode) {
    if (std::memchr(text.data(), '%', text.size())) return true;
    return mode == PercentMode::kQuery && std::memchr(text.data(), '+', text.size());
}

}  // namespace

std::optional<std::string_view> percent_decode(std::string_view text, PercentMode mode, ScratchText& scratch) {
    if (text.empty() || !needs_decoding(text, mode)) return text;
    char* const begin = scratch.reserve(text.size());
    char* end = begin;
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            if (text.size() - i < 3) return std::nullopt;
            const int high = hex_value(text[i + 1]);
            const int low = hex_value(text[i + 2]);
            if (high < 0 || low < 0) return std::nullopt;
            c = static_cast<char>(high << 4 | low);
            i += 2;
        } else if (c == '+' && mode == PercentMode::kQuery) {
            c = ' ';
        }
        *end++ = c;
    }
    return std::string_view{begin, static_cast<std::size_t>(end - begin)};
}

}  // namespace auditfwd
