// Tests of rules, as a YAML file: events, and what is detected in them.
//
//   - test: somebody looks into a pod
//     event: {verb: get, objectRef: {resource: pods, subresource: exec}}   # or the JSON of one, as a text
//     detects: [Exec into a pod]      # these fire, others may
//     quiet: [Port forwarded]         # these do not; `quiet: all`: nothing else does
//
// What an event lacks of kind, apiVersion, level, auditID, stage and stageTimestamp is filled in.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "forwarder/base/result.h"

namespace auditfwd {

struct RuleTest {
    std::string name;
    std::size_t line = 0;
    std::string event;  // JSON, followed by limits::kPadding bytes that may be read
    std::vector<std::string> detects;
    std::vector<std::string> quiet;
    bool quiet_otherwise = false;
};

// Fails with kInvalid; the message holds every error, one a line, with file, line and column.
Result<std::vector<RuleTest>> read_rule_tests(std::string text, const std::string& file);

}  // namespace auditfwd
