// The most that rules keep of requests for a resource. Pure.
#pragma once

#include <string_view>

#include "forwarder/policy/rules.h"

namespace auditfwd {

// See Policy::highest_level().
Level highest_level(const RuleSet& set, std::string_view resource);

}  // namespace auditfwd
