#include "forwarder/app/output_advice.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "forwarder/detection/fields/event_field_table.h"

namespace auditfwd {

namespace {

// The level at which the field is kept; kNone: at any.
Level needed(const FieldInfo& field) {
    if (field.part == FieldInfo::kNoPart) return Level::kNone;
    if (kParts[field.part] == Field::kRequestObject) return Level::kRequest;
    return kParts[field.part] == Field::kResponseObject ? Level::kRequestResponse : Level::kNone;
}

Level highest(const Policy& policy, const std::vector<std::string>& resources) {
    if (resources.empty()) return policy.highest_level("");
    auto out = Level::kNone;
    for (const auto& resource : resources) out = std::max(out, policy.highest_level(resource));
    return out;
}

}  // namespace

std::vector<std::string> output_advice(const Ruleset& ruleset, const Policy& policy) {
    std::vector<std::string> out;
    const auto resources = ruleset.target_resources();
    for (std::uint32_t i = 0; i < ruleset.rules().size(); ++i) {
        const auto& rule = ruleset.rules()[i];
        if (!rule.enabled) continue;
        const auto kept = highest(policy, resources[i]);
        for (const auto field : ruleset.output_fields(i)) {
            const auto& info = ruleset.fields().info(field);
            const auto level = needed(info);
            if (kept >= level) continue;
            out.push_back(fmt::format(
                "{}:{}: rule \"{}\": %{} in its output is always <NA>: the policy never keeps {} "
                "bodies{}{}",
                rule.file, rule.line, rule.name, info.spelling, level == Level::kRequest ? "request" : "response",
                resources[i].empty() ? "" : " of ", fmt::join(resources[i], ", ")));
        }
    }
    return out;
}

}  // namespace auditfwd
