// UTF-8 that a client sent: checked fast, repaired where it is not.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace auditfwd {

bool is_utf8(std::string_view text);

// Appends `text` to `out` with every byte that belongs to no character replaced by U+FFFD (a cut-short character counts
// once, as the Unicode standard recommends). False, with part of it appended, when `out` would become larger than
// `size_max`.
bool append_repaired(std::string& out, std::string_view text, std::size_t size_max);

}  // namespace auditfwd
