// Which resources a formula needs, as far as its comparisons of ka.target.resource say. Pure.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "forwarder/detection/formula.h"

namespace auditfwd::detection {

// Of each node: no event with another resource makes it true; nothing: it may be any, or more than kResourcesMax.
inline constexpr std::size_t kResourcesMax = 64;
using Resources = std::optional<std::set<std::string>>;
std::vector<Resources> target_resources(const Formulas& formulas, const FieldTable& fields);

}  // namespace auditfwd::detection
