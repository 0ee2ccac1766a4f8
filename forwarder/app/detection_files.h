// Detection rules by the names that a configuration or command line gives them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "forwarder/base/file_system.h"
#include "forwarder/base/result.h"
#include "forwarder/config/config.h"
#include "forwarder/detection/detections.h"

namespace auditfwd {

// The files that names stand for, in order: "builtin" an empty path; "none" none; a file itself; a directory, or one
// with `/*.yaml` behind it, its *.yaml and *.yml by name. Fails with what the file system said.
Result<std::vector<std::filesystem::path>> rule_paths(const std::vector<std::string>& names, FileSystem& files);

// All of them as rule files, at most 16 MiB each.
Result<std::vector<RuleFile>> read_rule_files(const std::vector<std::string>& names, FileSystem& files);

// Null detections when no names are given. Fails with kInvalid, every error on a line of its own, or with what the file
// system said.
Result<Detections::Loaded> load_detections(const DetectionOptions& options, FileSystem& files);

}  // namespace auditfwd
