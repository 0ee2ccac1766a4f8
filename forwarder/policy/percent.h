// Percent-decoding as the API server's HTTP library does it.
#pragma once

#include <optional>
#include <string_view>

#include "forwarder/policy/scratch.h"

namespace auditfwd {

enum class PercentMode { kPath, kQuery };  // in a query `+` is a blank

// Nothing when a `%` is not followed by two hexadecimal digits. The result is `text` itself when nothing had to be
// decoded, otherwise it lies in `scratch`.
std::optional<std::string_view> percent_decode(std::string_view text, PercentMode mode, ScratchText& scratch);

}  // namespace auditfwd
