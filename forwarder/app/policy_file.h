// A policy by the name that a configuration or command line gives it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "forwarder/base/file_system.h"
#include "forwarder/base/result.h"
#include "forwarder/policy/policy.h"

namespace auditfwd {

struct LoadedPolicy {
    std::shared_ptr<const Policy> policy;
    std::vector<std::string> warnings;  // one line each, with file, line and key
};

// `policy` is a built-in policy's name or a file of at most 1 MiB. Fails with kInvalid, every error of the file on a
// line of its own, or with what the file system said.
Result<LoadedPolicy> load_policy(const std::string& policy, bool lenient, FileSystem& files);

}  // namespace auditfwd
