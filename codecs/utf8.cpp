#include "codecs/utf8.h"

#include <simdjson.h>

#include <algorithm>

namespace auditfwd {

namespace {

struct Unit {
    std::size_t bytes;
    bool good;
};

// The character at the beginning of `text`, or what stands there instead of one: its longest part that could begin one.
Unit next_unit(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto lead = byte(0);
    if (lead < 0x80) return {1, true};
    if (lead < 0xc2 || lead > 0xf4) return {1, false};
    const std::size_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    // The second byte rules out overlong forms, surrogates, and what is above U+10FFFF.
    unsigned low = 0x80, high = 0xbf;
    if (lead == 0xe0) low = 0xa0;
    if (lead == 0xed) high = 0x9f;
    if (lead == 0xf0) low = 0x90;
    if (lead == 0xf4) high = 0x8f;
    std::size_t good = 1;
    while (good < length && good < text.size() && byte(good) >= low && byte(good) <= high) {
        ++good;
        low = 0x80;
        high = 0xbf;
    }
    return {good, good == length};
}

}  // namespace

bool is_utf8(std::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

bool append_repaired(std::string& out, std::string_view text, std::size_t size_max) {
    constexpr std::string_view kReplacement = "\ufffd";
    while (!text.empty()) {
        std::size_t good = 0;
        Unit unit{0, true};
        while (good < text.size() && (unit = next_unit(text.substr(good))).good) good += unit.bytes;
        if (out.size() + good > size_max) return false;
        out.append(text.substr(0, good));
        text.remove_prefix(good);
        if (text.empty()) break;
        if (out.size() + kReplacement.size() > size_max) return false;
        out.append(kReplacement);
        text.remove_prefix(unit.bytes);
    }
    return true;
}

}  // namespace auditfwd
