// Settings of a file source.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>

#include "forwarder/spool/spool.h"

namespace auditfwd {

struct FileSourceOptions {
    std::string name = "file";  // in records, metrics and checkpoints
    std::string cluster = "default";
    std::filesystem::path path;  // the live file; rotated ones are found beside it
    bool start_at_end = false;   // on the very first start: skip what is there
    bool trusted = false;
    std::chrono::milliseconds poll{250};  // how often the file is looked at
    std::size_t line_bytes_max = 0;       // 0: a fifth of the memory
    Durability durability = Durability::kInterval;
};

}  // namespace auditfwd
