#include "forwarder/detection/fields/uri_parameter.h"

#include <algorithm>

#include "forwarder/policy/percent.h"

namespace auditfwd {

namespace {

// Whether `text`, decoded, is `name`; nothing when it cannot be decoded.
std::optional<bool> reads(std::string_view text, std::string_view name) {
    ScratchText decoded;
    const auto plain = percent_decode(text, PercentMode::kQuery, decoded);
    return plain ? std::optional{*plain == name} : std::nullopt;
}

std::optional<std::string_view> decoded(std::string_view text, Scratch& scratch) {
    ScratchText buffer;
    const auto plain = percent_decode(text, PercentMode::kQuery, buffer);
    if (!plain || plain->data() == text.data()) return plain;
    char* const room = scratch.take<char>(plain->size());
    if (room == nullptr) return std::nullopt;
    std::copy(plain->begin(), plain->end(), room);
    return std::string_view{room, plain->size()};
}

bool is_served(std::string_view uri, std::string_view path) {
    const bool control =
        std::any_of(uri.begin(), uri.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; });
    ScratchText buffer;
    return path.starts_with('/') && !control && percent_decode(path, PercentMode::kPath, buffer);
}

}  // namespace

std::optional<std::string_view> uri_parameter(std::string_view uri, std::string_view name, Scratch& scratch) {
    const auto mark = uri.find('?');
    if (mark == uri.npos || !is_served(uri, uri.substr(0, mark))) return std::nullopt;
    for (auto rest = uri.substr(mark + 1); !rest.empty();) {
        const auto pair = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
        if (pair.empty() || pair.find(';') != pair.npos) continue;
        const auto equals = std::min(pair.find('='), pair.size());
        if (reads(pair.substr(0, equals), name) != true) continue;
        if (const auto value = decoded(pair.substr(std::min(equals + 1, pair.size())), scratch)) return value;
    }
    return std::nullopt;
}

}  // namespace auditfwd
