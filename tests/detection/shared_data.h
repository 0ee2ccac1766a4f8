// The conformance data and the recorded traffic, which are no part of the repository.
#pragma once

#include <optional>
#include <string>

namespace auditfwd {

// A file of the shared data, decompressed if its name ends in .zst; nothing when it is not there. Found through the
// environment variable AUDITFWD_SHARED, else beside the repository.
std::optional<std::string> shared_file(const std::string& path);

}  // namespace auditfwd
