// Takes a changed configuration without a restart: on SIGHUP, and when the policy or configuration file changes.
//
// Everything is read and checked first; only then are the rules swapped, all at once. A bad file keeps the old rules,
// loudly. What cannot change while running (sources, sinks, spool, memory) is said to need a restart.
// Owner: run(). Thread: the main loop's.
#pragma once

#include <filesystem>
#include <vector>

#include "forwarder/app/forwarder.h"
#include "forwarder/net/file_stamp.h"

namespace auditfwd {

class Reload {
public:
    Reload(std::filesystem::path config_path, Config config, Forwarder& forwarder);

    // Reads all files and swaps what could be loaded.
    void now();
    // now(), if a file changed since the last look. To be called every second or so.
    void if_changed();

private:
    std::vector<FileStamp> stamps();
    Result<void> load();

    const std::filesystem::path config_path_;
    Config config_;
    Forwarder& forwarder_;
    SystemFileSystem files_;
    std::vector<FileStamp> seen_;
};

}  // namespace auditfwd
