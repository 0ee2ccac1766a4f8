#include "forwarder/delivery/progress.h"

#include <algorithm>
#include <iterator>

#include "forwarder/base/assert.h"

namespace auditfwd {

std::uint64_t sum(const CursorCounts& counts) {
    return counts.delivered + counts.filtered + counts.expired + counts.damaged + counts.dead_lettered + counts.unused;
}

CursorCounts& operator+=(CursorCounts& counts, const CursorCounts& more) {
    counts.delivered += more.delivered;
    counts.filtered += more.filtered;
    counts.expired += more.expired;
    counts.damaged += more.damaged;
    counts.dead_lettered += more.dead_lettered;
    counts.unused += more.unused;
    return counts;
}

Progress::Progress(Offset done, const CursorCounts& counts) : done_{done}, counts_{counts} {
    CHECK(sum(counts) == number(done));
}

void Progress::finish(OffsetRange range, const CursorCounts& counts) {
    CHECK(range.first <= range.last && sum(counts) == range.size());
    CHECK(range.first > done_);
    if (range.first != done_ + 1) {
        const auto after = ahead_.lower_bound(range.first);
        CHECK(after == ahead_.end() || after->first > range.last);
        if (after != ahead_.begin()) {
            // Neighbours become one, so that the map stays as small as the number of holes.
            auto& before = std::prev(after)->second;
            CHECK(before.last < range.first);
            if (before.last + 1 == range.first) {
                before.last = range.last;
                before.counts += counts;
                return;
            }
        }
        ahead_.emplace_hint(after, range.first, Finished{range.last, counts});
        return;
    }
    CHECK(ahead_.empty() || ahead_.begin()->first > range.last);
    done_ = range.last;
    counts_ += counts;
    while (!ahead_.empty() && ahead_.begin()->first == done_ + 1) {
        done_ = ahead_.begin()->second.last;
        counts_ += ahead_.begin()->second.counts;
        ahead_.erase(ahead_.begin());
    }
}

void Progress::redeem(std::uint64_t n) {
    n = std::min(n, counts_.dead_lettered);
    counts_.dead_lettered -= n;
    counts_.delivered += n;
}

}  // namespace auditfwd
