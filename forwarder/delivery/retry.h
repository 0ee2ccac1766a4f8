// How long to wait before the next attempt. Pure: outcomes in, a wait out.
//
// Delivery never gives up on a destination that may recover, since the spool holds the data. So attempts are unbounded
// and waits are not: full jitter under a ceiling that doubles, never less than the destination asked for.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>

namespace auditfwd {

class Retry {
public:
    using Milliseconds = std::chrono::milliseconds;

    // What a destination may ask for at most: a wild Retry-After must not silence a sink for a year.
    static constexpr Milliseconds kAskedMax{15 * 60 * 1000};

    // `random` yields numbers in [0, 1).
    Retry(Milliseconds wait_min, Milliseconds wait_max, std::function<double()> random)
        : min_{wait_min}, max_{std::max(wait_min, wait_max)}, random_{std::move(random)}, ceiling_{wait_min} {}

    // After a failure; `asked` is the destination's own wish, 0 if it has none.
    Milliseconds next_wait(Milliseconds asked = Milliseconds{0}) {
        const auto drawn =
            Milliseconds{static_cast<Milliseconds::rep>(random_() * static_cast<double>(ceiling_.count()))};
        ceiling_ = std::min(ceiling_ * 2, max_);
        return std::max({drawn, min_, std::min(asked, kAskedMax)});
    }

    // After a success the next failure starts small again.
    void reset() { ceiling_ = min_; }

private:
    const Milliseconds min_;
    const Milliseconds max_;
    std::function<double()> random_;
    Milliseconds ceiling_;
};

}  // namespace auditfwd
