// The table of a block: what `select` asks about each record, in columns, about five bytes a record.
//
// forwarder/spool/FORMAT.md specifies its bytes. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "codecs/record.h"

namespace auditfwd {

std::string encode_table(std::span<const RecordFacts> facts);

// The facts of `records` records; nothing unless the bytes are exactly such a table.
std::optional<std::vector<RecordFacts>> decode_table(std::string_view table, std::uint32_t records);

}  // namespace auditfwd
