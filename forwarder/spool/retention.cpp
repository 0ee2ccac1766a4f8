#include "forwarder/spool/retention.h"

#include <algorithm>

namespace auditfwd::spool {

bool released(Offset segment_last, std::span<const Need> needs) {
    return !needs.empty() &&
           std::all_of(needs.begin(), needs.end(), [&](const Need& need) { return need.from > segment_last; });
}

bool expendable(Offset segment_last, std::span<const Need> needs) {
    return std::all_of(needs.begin(), needs.end(),
                       [&](const Need& need) { return !need.holds || need.from > segment_last; });
}

}  // namespace auditfwd::spool
