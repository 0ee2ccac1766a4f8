// The checks by the part of the configuration they look at, and what they share. For check.cpp alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "forwarder/config/config.h"
#include "forwarder/config/findings.h"

namespace auditfwd {

// Names, files, largest bodies, who may connect.
void check_sources(const Config& config, Findings& findings);
// No two listeners on one port.
void check_listeners(const Config& config, Findings& findings);
// Names, files, delivery.
void check_sinks(const Config& config, Findings& findings);

// Of one sink; `path` is "sinks[0].kafka".
void check_kafka_sink(const KafkaOptions& kafka, const std::string& path, Findings& findings);
void check_cloudwatch_sink(const CloudWatchOptions& cloudwatch, const std::string& path, Findings& findings);

// The largest body, as a part of the memory: intake reserves three times a body.
inline constexpr std::size_t kBodyShare = 5;
inline std::size_t body_max(const Config& config) { return config.memory / kBodyShare; }

// What all dead letters may take, as a part of the spool's bound.
inline constexpr std::uint64_t kDeadLetterShare = 2;

// "sources[0].webhook", "sinks[0]"
std::string source_path(const Config& config, std::size_t index);
std::string sink_path(std::size_t index);

// Absolute and without dots, as written: links are not followed.
std::filesystem::path whole_path(const std::filesystem::path& path);
bool is_inside(const std::filesystem::path& path, const std::filesystem::path& directory);

// Remembers who has what, and says who had it before.
class Taken {
public:
    // The path that has `thing` already, if one has; else `path` has it from now on.
    const std::string* take(const std::string& thing, const std::string& path) {
        const auto [entry, fresh] = owners_.emplace(thing, path);
        return fresh ? nullptr : &entry->second;
    }

private:
    std::map<std::string, std::string> owners_;
};

}  // namespace auditfwd
