#include "codecs/short_text.h"

#include <algorithm>
#include <span>

#include "forwarder/base/crypto.h"

namespace auditfwd {

namespace {

bool is_half(std::string_view text, std::string_view first_digits) {
    return text.size() >= 6 && text[0] == '\\' && text[1] == 'u' && (text[2] == 'd' || text[2] == 'D') &&
           first_digits.find(text[3]) != std::string_view::npos;
}

std::size_t character_bytes(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text[0]);
    if (lead >= 0x80) return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (lead != '\\') return 1;
    if (!text.starts_with("\\u")) return 2;
    return is_half(text, "89abAB") && is_half(text.substr(6), "cdefCDEF") ? 12 : 6;
}

}  // namespace

std::size_t whole_characters(std::string_view content, std::size_t bytes_max) {
    if (content.size() <= bytes_max) return content.size();
    for (std::size_t at = 0;;) {
        const auto bytes = character_bytes(content.substr(at));
        if (at + bytes > bytes_max) return at;
        at += bytes;
    }
}

std::size_t kept_bytes(std::string_view content, std::size_t bytes_max) {
    if (content.size() <= bytes_max + kMarkBytes) return content.size();
    return whole_characters(content, bytes_max);
}

void append_mark(std::string& out, std::string_view content) {
    constexpr std::size_t kHashBytes = 8;
    const auto hash = sha256(content);
    out += "\u2026#";
    out += to_hex(std::span{hash}.first(kHashBytes));
}

void append_short(std::string& out, std::string_view content, std::size_t bytes_max) {
    const auto kept = kept_bytes(content, bytes_max);
    out += content.substr(0, kept);
    if (kept != content.size()) append_mark(out, content);
}

}  // namespace auditfwd
