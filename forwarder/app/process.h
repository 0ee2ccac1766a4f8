// The process and its surroundings: core dumps, systemd, the file that tells a script where the ports are.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "forwarder/base/file_system.h"
#include "forwarder/base/result.h"

namespace auditfwd {

// No core dumps and no ptrace by others of the same user: memory holds events before redaction.
void protect_memory();

// Tells systemd "READY=1", "STOPPING=1", … when it started us and asked to be told; nothing otherwise.
void notify_service_manager(const std::string& state);

struct BoundPorts {
    struct Source {
        std::string name;
        std::uint16_t port;
    };
    std::vector<Source> webhooks;
    std::uint16_t admin = 0;
};

// Written once everything serves: {"webhook":9880,"admin":9881,"sources":{"webhook":9880}}. For scripts that let the
// system choose ports.
Result<void> write_ready_file(FileSystem& files, const std::filesystem::path& path, const BoundPorts& ports);

}  // namespace auditfwd
