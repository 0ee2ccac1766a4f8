// How the one number `memory` is shared out. Pure.
//
//   3/5  intake: bodies, their records, their compressed blocks (a body of body_bytes_max fits three times)
//   1/16 connections, 64 KiB each
//   rest delivery (the largest record compressed and plain, batches), and what is fixed: compressors, block builders
#pragma once

#include <algorithm>
#include <cstddef>

#include "forwarder/intake/body.h"
#include "forwarder/net/http.h"

namespace auditfwd {

struct MemoryPlan {
    std::size_t body_bytes_max;
    std::size_t intake_bytes;
    unsigned connections_max;  // of all servers together
};

constexpr MemoryPlan plan_memory(std::size_t memory) {
    const auto body = memory / 5;
    const auto connections = memory / 16 / kHttpConnectionBytes;
    return {body, memory_for_body(body), static_cast<unsigned>(std::clamp<std::size_t>(connections, 16, 16'384))};
}

}  // namespace auditfwd
