// Blocks made for tests of the spool.
#pragma once

#include <string>
#include <vector>

#include "codecs/block.h"

namespace auditfwd::testing {

inline Block block_of(const std::vector<std::string>& lines) {
    static thread_local Compressor compressor;
    BlockBuilder builder;
    for (const auto& line : lines) {
        builder.text() += line + '\n';
        builder.add(RecordFacts{.stage_time_ms = 1'700'000'000'000 + static_cast<std::int64_t>(line.size())});
    }
    return builder.seal(compressor);
}

inline std::vector<Block> blocks_of(const std::vector<std::vector<std::string>>& texts) {
    std::vector<Block> blocks;
    for (const auto& lines : texts) blocks.push_back(block_of(lines));
    return blocks;
}

}  // namespace auditfwd::testing
