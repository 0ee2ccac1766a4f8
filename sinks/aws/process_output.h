// Runs a command and takes what it prints: for credential_process. Blocks; for a helper thread.
#pragma once

#include <chrono>
#include <string>

#include "forwarder/base/result.h"

namespace auditfwd {

// `/bin/sh -c command`, without our standard input; its standard error is ours. Killed at the limit. Fails with
// kTimeout, kTooLarge, kBroken (it cannot be run, or exits with anything but 0); the message does not hold what it
// printed.
Result<std::string> process_output(const std::string& command, std::chrono::milliseconds limit, std::size_t bytes_max);

}  // namespace auditfwd
