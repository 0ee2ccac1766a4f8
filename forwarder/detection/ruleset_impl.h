// What a Ruleset holds; of this room alone.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "forwarder/detection/output_template.h"
#include "forwarder/detection/plan.h"
#include "forwarder/detection/ruleset.h"

namespace auditfwd {

struct Ruleset::Impl {
    std::unique_ptr<FieldTable> fields;
    std::vector<DetectionRule> rules;
    std::vector<detection::NodeId> formulas;  // of each rule
    std::vector<detection::OutputTemplate> outputs;
    std::vector<std::uint32_t> rule_of_root;  // of the plan's roots: the rule's number
    std::optional<detection::Plan> plan;
};

}  // namespace auditfwd
