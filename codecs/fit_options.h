// How large a record may be for a destination, and what becomes of a larger one.
#pragma once

#include <cstddef>
#include <cstdint>

#include "forwarder/base/units.h"

namespace auditfwd {

enum class Oversize : std::uint8_t { kSplit, kTruncate };

// What is guaranteed of a record fits into this, whatever is in it, next to an overhead of up to 512 bytes.
inline constexpr std::size_t kFitLimitMin = 16_KiB;
inline constexpr std::uint32_t kPartsMax = 9999;

// What destinations count for a record besides its bytes.
// CloudWatch Logs: 26 bytes for each event, in the event's limit and in the batch's.
inline constexpr std::size_t kCloudWatchOverhead = 26;

struct FitOptions {
    // As the destination counts: the record's bytes, what is spliced into it, and `overhead_bytes`. At least
    // kFitLimitMin.
    std::size_t limit_bytes = SIZE_MAX;
    std::size_t overhead_bytes = 0;
    Oversize oversize = Oversize::kSplit;
    // A record that would be more is truncated instead. From 2 to kPartsMax.
    std::uint32_t parts_max = 64;
};

}  // namespace auditfwd
