// Outputs of rules that can never say what they name.
#pragma once

#include <string>
#include <vector>

#include "forwarder/detection/ruleset.h"
#include "forwarder/policy/policy.h"

namespace auditfwd {

// A warning, with file and line, for each body field in the output of an enabled rule that the policy removes from
// every event the rule can match. What cannot be told is not warned of.
std::vector<std::string> output_advice(const Ruleset& ruleset, const Policy& policy);

}  // namespace auditfwd
