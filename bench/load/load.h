// What is sent, how fast, and what came of it.
//
// Closed loop: every connection sends its next body when the last one is answered; the ceiling. Open loop: bodies are
// due at fixed times whether or not earlier ones are answered, and latency counts from the time a body was *due*, so
// that a stall is charged to every body it held up.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <map>

#include "bench/load/connection.h"
#include "bench/load/latencies.h"

namespace auditfwd::load {

struct LoadOptions {
    Target target;
    unsigned connections = 8;
    std::size_t batch = 400;  // events in a body
    std::size_t event_bytes = 1200;
    double rate = 0;  // events a second, all connections together; 0: closed loop
    std::chrono::seconds duration{10};
    std::uint64_t bodies = 0;  // stop after so many; 0: by time alone
    std::uint32_t seed = 1;    // of the events, and first part of their auditIDs
    // Every body is sent once: the first one without an answer, or with another than 200, ends its connection's part.
    bool each_once = false;
    // Where to write a line "STATUS auditID" for each event sent (status 0: no answer); null: nowhere.
    std::FILE* ids = nullptr;
};

struct LoadReport {
    std::uint64_t events_acknowledged = 0;
    std::uint64_t bytes_acknowledged = 0;
    std::map<unsigned, std::uint64_t> answers;  // bodies by status; 0: no answer
    double seconds = 0;
    Latencies latencies;  // of acknowledged bodies
};

LoadReport run_load(const LoadOptions& options);

}  // namespace auditfwd::load
