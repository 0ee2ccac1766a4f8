// When the next sync begins. Pure: requests and time in, the moment out.
//
// A sync starts at once when one is asked for and none ran too recently; what arrives while it runs shares the next
// one. Owner: the spool. Thread: the spool's.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

#include "forwarder/base/clock.h"
#include "forwarder/base/units.h"

namespace auditfwd::spool {

class GroupCommit {
public:
    struct Options {
        unsigned syncs_per_second_max = 200;
        std::chrono::milliseconds interval{1000};   // how long an append that does not hurry may wait
        std::uint64_t interval_bytes_max = 16_MiB;  // and for how much company
    };

    explicit GroupCommit(Options options)
        : options_{options}, pause_{std::chrono::nanoseconds{std::chrono::seconds{1}} / options.syncs_per_second_max} {}

    void add(std::uint64_t bytes, bool hurry, SteadyTime now) {
        bytes_ += bytes;
        hurry_ = hurry_ || hurry || bytes_ >= options_.interval_bytes_max;
        if (!first_) first_ = now;
    }

    // When to commit what was added; nothing if there is nothing.
    std::optional<SteadyTime> due() const {
        if (!first_) return std::nullopt;
        const auto wanted = hurry_ ? *first_ : *first_ + options_.interval;
        return began_ ? std::max(wanted, *began_ + pause_) : wanted;
    }

    // A commit of everything added so far begins.
    void begin(SteadyTime now) {
        began_ = now;
        first_.reset();
        bytes_ = 0;
        hurry_ = false;
    }

private:
    const Options options_;
    const SteadyTime::duration pause_;
    std::optional<SteadyTime> began_;
    std::optional<SteadyTime> first_;
    std::uint64_t bytes_ = 0;
    bool hurry_ = false;
};

}  // namespace auditfwd::spool
