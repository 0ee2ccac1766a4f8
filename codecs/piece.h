// Text as the content of a JSON string: pieces of records in parts. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace auditfwd {

// How much of `text`, UTF-8, fits into `bytes_max` once it is escaped; no character is cut.
std::size_t piece_bytes(std::string_view text, std::size_t bytes_max);

// Escapes quotes and backslashes; valid JSON has no control characters to escape.
void append_piece(std::string& out, std::string_view text);

}  // namespace auditfwd
