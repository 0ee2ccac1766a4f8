// From the text of a policy file to its rules, every error told.
#pragma once

#include <string_view>

#include "forwarder/policy/diagnostics.h"
#include "forwarder/policy/rules.h"

namespace auditfwd {

// What kube-apiserver would refuse is an error in `diagnostics`. What it accepts with a warning (unknown and duplicate
// fields) or in silence (a second document) is an error unless `lenient`. The result counts only if nothing failed.
RuleSet load_rules(std::string_view text, bool lenient, Diagnostics& diagnostics);

}  // namespace auditfwd
