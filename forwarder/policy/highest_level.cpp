#include "forwarder/policy/highest_level.h"

#include <algorithm>
#include <array>

namespace auditfwd {

namespace {

// Built-in resources that audit events name without a subresource.
constexpr std::array<std::string_view, 6> kWhole{"configmaps",          "secrets",      "roles",
                                                 "clusterrolebindings", "clusterroles", "rolebindings"};

bool free_of_resources(const Rule& rule) { return rule.resources.empty() && rule.non_resource_urls.empty(); }

bool may_concern(const Rule& rule, std::string_view resource) {
    if (free_of_resources(rule)) return true;
    const auto named = [&](std::string_view pattern) {
        return pattern == "*" || pattern.starts_with("*/") || pattern.substr(0, pattern.find('/')) == resource;
    };
    return std::ranges::any_of(rule.resources, [&](const GroupResources& group) {
        return group.resources.empty() || std::ranges::any_of(group.resources, named);
    });
}

// Whether no request for the resource gets past the rule.
bool takes_all(const Rule& rule, std::string_view resource) {
    if (!rule.users.empty() || !rule.user_groups.empty() || !rule.verbs.empty() || !rule.namespaces.empty()) {
        return false;
    }
    if (free_of_resources(rule)) return true;
    return std::ranges::any_of(rule.resources, [&](const GroupResources& group) {
        if (!group.resource_names.empty()) return false;
        const auto names = [&](std::string_view name) {
            return std::ranges::find(group.resources, name) != group.resources.end();
        };
        if (group.group == "*" && (group.resources.empty() || names("*"))) return true;
        return names(resource) && std::ranges::find(kWhole, resource) != kWhole.end();
    });
}

}  // namespace

Level highest_level(const RuleSet& set, std::string_view resource) {
    auto out = Level::kNone;
    for (const auto& rule : set.rules) {
        if (resource.empty()) {
            out = std::max(out, rule.level);
            continue;
        }
        if (!may_concern(rule, resource)) continue;
        out = std::max(out, rule.level);
        if (takes_all(rule, resource)) break;
    }
    return out;
}

}  // namespace auditfwd
