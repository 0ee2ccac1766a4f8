// Settings that all sinks with a limit for one record share.
#pragma once

#include <cstddef>
#include <cstdint>

#include "codecs/fit_options.h"

namespace auditfwd {

struct OversizeOptions {
    std::size_t limit_bytes = 0;  // as the destination counts; 0: none
    Oversize oversize = Oversize::kSplit;
    std::uint32_t parts_max = 64;
};

}  // namespace auditfwd
