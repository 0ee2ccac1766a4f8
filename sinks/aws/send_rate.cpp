#include "sinks/aws/send_rate.h"

#include <algorithm>
#include <cmath>

namespace auditfwd {

namespace {

// The SDKs' figures.
constexpr double kRateMin = 0.5;
constexpr double kCut = 0.7;
constexpr double kScale = 0.4;
constexpr double kSmooth = 0.8;
constexpr double kCostFailure = 5;
constexpr double kCostLate = 10;
constexpr SendRate::Seconds kBucket{0.5};

double seconds(SteadyTime::duration time) { return SendRate::Seconds{time}.count(); }

}  // namespace

void SendRate::measure(SteadyTime now) {
    ++count_;
    const double passed = seconds(now - bucket_);
    if (passed < kBucket.count()) return;
    const double current = count_ / std::max(passed, kBucket.count());
    measured_ = measured_ == 0 ? current : current * kSmooth + measured_ * (1 - kSmooth);
    count_ = 0;
    bucket_ = now;
}

SendRate::Seconds SendRate::take(SteadyTime now) {
    measure(now);
    if (!limited_) return Seconds{0};
    tokens_ = std::min(tokens_ + seconds(now - filled_) * rate_, std::max(rate_, 1.0));
    filled_ = now;
    tokens_ -= 1;  // what is missing is waited for, in the order of the calls
    return Seconds{tokens_ >= 0 ? 0 : -tokens_ / rate_};
}

void SendRate::limit(double rate, SteadyTime now) {
    // Until it is limited first, nothing was filled.
    if (!limited_) filled_ = now;
    limited_ = true;
    rate_ = std::max(rate, kRateMin);
}

void SendRate::succeeded(SteadyTime now) {
    quota_ = std::min(quota_ + 1, kQuotaMax);
    if (!limited_) return;
    const double turn = std::cbrt(rate_before_ * (1 - kCut) / kScale);
    const double since = seconds(now - throttled_) - turn;
    const double cubic = kScale * since * since * since + rate_before_;
    limit(std::min(cubic, std::max(2 * measured_, kRateMin)), now);
}

void SendRate::throttled(SteadyTime now) {
    quota_ = std::max(0.0, quota_ - kCostFailure);
    const double sent = std::max(measured_, kRateMin);
    rate_before_ = limited_ ? std::min(sent, rate_) : sent;
    throttled_ = now;
    limit(rate_before_ * kCut, now);
}

void SendRate::failed(bool late) { quota_ = std::max(0.0, quota_ - (late ? kCostLate : kCostFailure)); }

std::chrono::milliseconds SendRate::retry_floor() const {
    using namespace std::chrono_literals;
    return quota_ < kCostFailure ? 5000ms : 0ms;
}

}  // namespace auditfwd
