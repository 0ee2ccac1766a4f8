#include "bench/load/latencies.h"

#include <algorithm>
#include <cmath>

namespace auditfwd::load {

double Latencies::percentile(double fraction) {
    if (milliseconds_.empty()) return 0;
    const auto rank = std::ceil(fraction * static_cast<double>(count()));
    const auto index = std::clamp<std::size_t>(static_cast<std::size_t>(rank), 1, count()) - 1;
    const auto place = milliseconds_.begin() + static_cast<std::ptrdiff_t>(index);
    std::nth_element(milliseconds_.begin(), place, milliseconds_.end());
    return *place;
}

}  // namespace auditfwd::load
