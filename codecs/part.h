// What a record says of itself when it is a part of another, as Fitter wrote it. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "codecs/json_tokens.h"

namespace auditfwd {

struct PartView {
    std::uint32_t n = 0;  // from 1
    std::uint32_t of = 0;
    std::string_view id;                    // 32 hex digits: the hash of the whole record
    std::optional<std::string_view> piece;  // content of the string, escaped; the first part has none
};

// Nothing when `record` (one byte behind it may be read) is no part, or no JSON as far as that was looked at.
std::optional<PartView> read_part(std::string_view record, JsonTokens& tokens);

// The id of a record in parts.
std::string part_id(std::string_view record);

}  // namespace auditfwd
