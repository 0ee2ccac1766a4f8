// Settings of a file sink.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>

#include "sinks/oversize_options.h"

namespace auditfwd {

struct FileSinkOptions {
    // "DIR/audit.ndjson" writes DIR/audit-<first offset>.ndjson, one after the other; "-" is stdout.
    std::filesystem::path path;
    std::uint64_t rotate_bytes = 128ull << 20;
    std::chrono::seconds rotate_after{3600};  // 0: by size alone
    bool compress = false;                    // zstd, one frame a batch; names end in .zst
    OversizeOptions oversize{};
};

}  // namespace auditfwd
