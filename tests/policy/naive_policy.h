// The obvious evaluator, rule by rule and list by list: the reference that the compiled one is compared with.
#pragma once

#include <optional>

#include "forwarder/policy/policy.h"
#include "forwarder/policy/rules.h"

namespace auditfwd {

// Index of the first rule that matches, from 0. The URI must be readable.
std::optional<std::size_t> naive_match(const RuleSet& set, const RequestFacts& facts);

}  // namespace auditfwd
