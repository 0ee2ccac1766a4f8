// Time that moves only when the test says so.
#pragma once

#include <chrono>
#include <mutex>

#include "forwarder/base/clock.h"

namespace auditfwd::testing {

// Thread: any.
class FakeClock final : public Clock {
public:
    WallTime wall() const override {
        const std::lock_guard lock{mutex_};
        return wall_;
    }
    SteadyTime steady() const override {
        const std::lock_guard lock{mutex_};
        return steady_;
    }

    void advance(std::chrono::nanoseconds time) {
        const std::lock_guard lock{mutex_};
        steady_ += std::chrono::duration_cast<SteadyTime::duration>(time);
        wall_ += std::chrono::duration_cast<WallTime::duration>(time);
    }
    // The wall clock alone, as an administrator or NTP does it.
    void set_wall(WallTime time) {
        const std::lock_guard lock{mutex_};
        wall_ = time;
    }

private:
    mutable std::mutex mutex_;
    WallTime wall_{std::chrono::seconds{1'800'000'000}};  // 2027-01-15T08:00:00Z
    SteadyTime steady_{std::chrono::hours{1}};
};

}  // namespace auditfwd::testing
