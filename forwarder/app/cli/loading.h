// A configuration together with the files it names, all checked at once.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "forwarder/base/file_system.h"
#include "forwarder/config/config.h"
#include "forwarder/detection/detections.h"
#include "forwarder/policy/policy.h"
#include "forwarder/redaction/redaction.h"

namespace auditfwd::cli {

struct Loaded {
    Config config;
    std::shared_ptr<const Policy> policy;
    std::shared_ptr<const Redaction> redaction;
    std::shared_ptr<const Detections> detections;
    // One line each: "file:line:column: key: what is wrong; what would be right". With any error, nothing else is
    // to be used.
    std::vector<std::string> errors;
    std::vector<std::string> warnings;
    std::vector<std::string> policy_warnings;
    std::vector<std::string> rule_warnings;
};

// Reads the file (empty path: the built-in configuration), the policy, the rules, certificates and tokens.
Loaded load(const std::filesystem::path& config_path, FileSystem& files);

// Configuration, policy and rules alone; `policy` and `rules`, unless empty, replace the configuration's.
Loaded load_rules_only(const std::filesystem::path& config_path, const std::string& policy,
                       const std::vector<std::string>& rules, FileSystem& files);

// To stderr: warnings, marked so, then errors.
void say(const std::vector<std::string>& warnings, const std::vector<std::string>& errors);

}  // namespace auditfwd::cli
