#include "forwarder/policy/characters.h"

#include <fmt/format.h>

#include <cstdint>

#include "forwarder/base/units.h"
#include "forwarder/policy/document.h"

namespace auditfwd {

namespace {

// yaml-cpp reads a line ahead where a key may begin, at 230 bytes of memory for each bracket.
constexpr std::size_t kYamlLineBytesMax = 64_KiB;

struct Character {
    std::uint32_t code = 0;
    std::size_t bytes = 0;  // 0: not UTF-8
};

Character read_character(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
    const auto lead = byte(0);
    if (lead < 0x80) return {lead, 1};
    const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() < bytes) return {};
    std::uint32_t code = lead & (0x7FU >> bytes);
    for (std::size_t i = 1; i < bytes; ++i) {
        if ((byte(i) & 0xC0) != 0x80) return {};
        code = code << 6 | (byte(i) & 0x3F);
    }
    constexpr std::uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    if (code < kSmallest[bytes] || code > 0x10FFFF || surrogate) return {};
    return {code, bytes};
}

bool is_ambiguous_in_yaml(std::uint32_t code) {
    if (code < 0x20) return code != '\t' && code != '\n' && code != '\r';
    const bool control = code >= 0x7F && code < 0xA0;
    const bool line_break = code == 0x2028 || code == 0x2029;
    const bool no_character = code == 0xFEFF || code == 0xFFFE || code == 0xFFFF;
    return control || line_break || no_character;
}

}  // namespace

void check_characters(std::string_view text, bool json) {
    std::size_t line = 1;
    std::size_t line_bytes = 0;
    while (!text.empty()) {
        const auto [code, bytes] = read_character(text);
        if (bytes == 0) throw DocumentError{line, "not UTF-8"};
        if (!json && is_ambiguous_in_yaml(code)) {
            throw DocumentError{line,
                                fmt::format("the character U+{:04X}; write it as an escape in double quotes", code)};
        }
        if (!json && code == '\r' && !text.starts_with("\r\n")) {
            throw DocumentError{line, "a carriage return without a line feed; end lines with a line feed"};
        }
        line_bytes = code == '\n' ? 0 : line_bytes + bytes;
        if (!json && line_bytes > kYamlLineBytesMax) throw DocumentError{line, "a line of more than 64 KiB; break it"};
        if (code == '\n') ++line;
        text.remove_prefix(bytes);
    }
}

}  // namespace auditfwd
