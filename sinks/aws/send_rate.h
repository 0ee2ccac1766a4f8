// How fast a service that throttles may be asked. Pure: outcomes in, waits out.
//
// As the SDKs' adaptive mode: no limit until the first throttle; then the rate is cut to 0.7 of what was measured and
// grows again along a cubic curve around it. And as their retry quota: each failure costs, each success pays; while the
// account is empty, retries wait.
// Owner: a sink. Thread: its own.
#pragma once

#include <chrono>

#include "forwarder/base/clock.h"

namespace auditfwd {

class SendRate {
public:
    using Seconds = std::chrono::duration<double>;

    // How long the request that is about to go must wait; it counts as sent then.
    Seconds take(SteadyTime now);
    void succeeded(SteadyTime now);
    void throttled(SteadyTime now);
    // Any other failure that is worth another try. `late`: nothing came in time.
    void failed(bool late);

    // The least a retry should wait now.
    std::chrono::milliseconds retry_floor() const;
    // Requests a second; 0: not limited.
    double rate() const { return limited_ ? rate_ : 0; }

private:
    void measure(SteadyTime now);
    void limit(double rate, SteadyTime now);

    static constexpr double kQuotaMax = 500;

    bool limited_ = false;
    double rate_ = 0;      // requests a second
    double measured_ = 0;  // the same, as they were sent
    double count_ = 0;     // sent in this half second
    SteadyTime bucket_{};
    double tokens_ = 0;
    SteadyTime filled_{};
    double rate_before_ = 0;  // at the last throttle
    SteadyTime throttled_{};
    double quota_ = kQuotaMax;
};

}  // namespace auditfwd
