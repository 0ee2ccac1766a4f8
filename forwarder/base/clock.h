// Time, as an interface so that tests own it.
//
// Owner: App. Thread: any; implementations are stateless or synchronised.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace auditfwd {

using WallTime = std::chrono::sys_time<std::chrono::microseconds>;
using SteadyTime = std::chrono::steady_clock::time_point;

class Clock {
public:
    virtual ~Clock() = default;
    virtual WallTime wall() const = 0;      // may jump; for timestamps only
    virtual SteadyTime steady() const = 0;  // for durations and deadlines
};

class SystemClock final : public Clock {
public:
    WallTime wall() const override;
    SteadyTime steady() const override;
};

// "2026-11-24T10:15:30.123456Z"
std::string to_rfc3339(WallTime time);

}  // namespace auditfwd
