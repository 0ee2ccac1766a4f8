// A body through a pipeline, and what became of each item.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "codecs/framing.h"
#include "forwarder/pipeline/pipeline.h"

namespace auditfwd {

struct PipelineRun {
    std::vector<std::string> items;  // "stored {…}", "dropped", "rejected: malformed"
    std::vector<std::string> records;
    std::vector<RecordFacts> facts;
    std::string error;  // of a refused body
    Tally tally;
};

PipelineRun run_pipeline(std::string_view body, Framing framing, const Policy& policy,
                         const RecordOrigin& origin = {.cluster = "c", .source = "s", .peer = {}, .trusted = false});

// AUDITFWD_SEED, or one of the clock's; printed.
std::uint64_t test_seed();

}  // namespace auditfwd
