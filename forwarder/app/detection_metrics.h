// What the rules in force did, as metrics: their own counts, added up over reloads.
//
// Owner: Forwarder. Thread: any.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "forwarder/base/metrics.h"
#include "forwarder/detection/detections.h"

namespace auditfwd {

class DetectionMetrics {
public:
    // Rules with a label of their own; the others share "other". Their names are the operator's, never an event's.
    static constexpr std::size_t kRulesMax = 1000;

    // References outlive it.
    explicit DetectionMetrics(Metrics& metrics);

    // Rules that are in force from now on; null: none.
    void set(std::shared_ptr<const Detections> detections);

private:
    struct Shown {
        std::uint64_t matched = 0;
        std::uint64_t dropped = 0;
    };
    void publish();

    Metrics& metrics_;
    std::mutex mutex_;
    std::shared_ptr<const Detections> detections_;
    std::vector<Shown> shown_;  // of each rule: what the counters have
    std::uint64_t timed_ = 0;
    std::uint64_t timed_ns_ = 0;
    std::uint64_t incomplete_ = 0;
    std::optional<Metrics::Refresh> refresh_;  // last: ends before what it reads
};

}  // namespace auditfwd
