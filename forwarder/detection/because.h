// Which part of a condition matched.
#pragma once

#include <string>
#include <vector>

#include "forwarder/detection/plan.h"

namespace auditfwd::detection {

// Comparisons that together make `root` true, in the order they were asked; empty if it is false. Bounded.
std::vector<std::string> because(const Plan& plan, NodeId root, FieldSource& event);

}  // namespace auditfwd::detection
