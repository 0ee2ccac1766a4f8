// The composition root: builds every room from a Config and runs them until told to stop.
#pragma once

#include <filesystem>

#include "forwarder/config/config.h"

namespace auditfwd {

struct RunOptions {
    std::filesystem::path config_path;  // read again on reload; empty: runs with built-in defaults, nothing to reload
    std::filesystem::path ready_file;   // written once everything serves: the bound ports; empty: none
    bool live_summary = false;          // a line on stderr, rewritten every second: for terminals
};

// Serves until SIGTERM or SIGINT. Gives the exit code: 0 after an orderly end, 1 for a configuration that cannot be
// loaded (its policy, a certificate), 3 when the environment failed (address in use, spool not writable).
int run(const Config& config, const RunOptions& options);

}  // namespace auditfwd
