// Which segment may go. Pure: what is there and who needs what in, a decision out.
//
// Owner: the store. Thread: the spool's.
#pragma once

#include <cstdint>
#include <span>

#include "codecs/record.h"

namespace auditfwd::spool {

// What one registered reader needs.
struct Need {
    Offset from{};       // everything from here on
    bool holds = false;  // at the disk bound too (WhenFull::kRefuse)
};

// The disk's state with the bytes about to be written.
struct Room {
    std::uint64_t used = 0;  // of the spool's directory
    std::uint64_t used_max = 0;
    std::uint64_t available = 0;  // of the disk
    std::uint64_t available_min = 0;
    bool enough_for(std::uint64_t bytes) const {
        return bytes <= used_max && used <= used_max - bytes && available >= bytes &&
               available - bytes >= available_min;
    }
};

// Every reader has it. With no reader nothing is released: who reads next may start at the oldest record.
bool released(Offset segment_last, std::span<const Need> needs);

// At the disk bound: no reader that holds the disk needs it.
bool expendable(Offset segment_last, std::span<const Need> needs);

}  // namespace auditfwd::spool
