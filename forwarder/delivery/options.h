// How a sink is supplied, whatever its kind.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "codecs/record.h"
#include "forwarder/base/units.h"
#include "forwarder/spool/spool.h"

namespace auditfwd {

// Which records a sink wants. Each condition that is given must hold; none: all records.
struct Selection {
    Priority priority = Priority::kNone;  // this or more severe; kNone: whatever was detected
    std::vector<Level> levels{};
    std::vector<VerbClass> verbs{};
    std::vector<CodeClass> codes{};
    // Names; one that ends in '*' stands for all that begin so.
    std::vector<std::string> namespaces{};
    std::vector<std::string> users{};
    std::vector<std::string> detections{};
};

struct DeliveryOptions {
    // Where a sink without a cursor begins: at the oldest record kept, or behind the newest.
    bool start_oldest = false;
    WhenFull when_full = WhenFull::kRefuse;
    Selection select;
    std::string policy{};  // a built-in one's name or a file; it only lowers; empty: none
    // Waits between attempts: full jitter under a ceiling that doubles.
    std::chrono::milliseconds retry_min{100};
    std::chrono::milliseconds retry_max{30'000};
    // Between attempts to open a sink that only a human can help.
    std::chrono::milliseconds parked_retry{60'000};
    // Progress is made durable this often. After a kill, a sink that cannot undo gets this much again.
    std::chrono::milliseconds commit_interval{1'000};
    // Dead letters kept; beyond it the oldest go, and are counted.
    std::uint64_t dead_letter_bytes_max = 64_MiB;
    // Sends outstanding at once; 0: as many as the sink allows.
    unsigned in_flight_max = 0;
};

}  // namespace auditfwd
