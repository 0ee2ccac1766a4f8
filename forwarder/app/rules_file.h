// The rules that decide what is kept (policy, redaction; later detections), loaded from what the configuration
// names.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "forwarder/base/file_system.h"
#include "forwarder/base/result.h"
#include "forwarder/config/config.h"
#include "forwarder/pipeline/pipeline.h"

namespace auditfwd {

struct AllRules {
    std::shared_ptr<const Rules> rules;
    std::vector<std::shared_ptr<const Policy>> sink_policies;  // in the order of the sinks; null: none
};

// A built-in policy, or a file (at most 1 MiB). Warnings are logged. Fails with kInvalid: the message holds every error
// of the file, one a line.
Result<AllRules> load_rules(const Config& config, FileSystem& files);

}  // namespace auditfwd
