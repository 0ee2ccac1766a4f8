// One line on a terminal, rewritten every second: events/s, stored, how far each sink is behind.
//
// Owner: run(). Thread: the main loop's.
#pragma once

#include <cstdint>

#include "forwarder/app/forwarder.h"

namespace auditfwd {

class LiveSummary {
public:
    void show(const Forwarder& forwarder);
    // Leaves the last line standing.
    void end();

private:
    std::uint64_t received_before_ = 0;
    SteadyTime before_ = std::chrono::steady_clock::now();
    bool shown_ = false;
};

}  // namespace auditfwd
