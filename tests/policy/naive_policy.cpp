#include "tests/policy/naive_policy.h"

#include <algorithm>

#include "forwarder/policy/request_attributes.h"
#include "forwarder/policy/selectors.h"

namespace auditfwd {

namespace {

bool contains(const std::vector<std::string>& list, std::string_view text) {
    return std::ranges::find(list, text) != list.end();
}

bool matches_pattern(const std::string& pattern, const std::string& resource, const std::string& subresource) {
    const auto combined = subresource.empty() ? resource : resource + "/" + subresource;
    if (pattern == "*" || pattern == combined) return true;
    if (!subresource.empty() && pattern == "*/" + subresource) return true;
    return pattern == resource + "/*";
}

bool matches_path(const std::string& pattern, std::string_view path) {
    if (pattern == "*" || pattern == path) return true;
    return pattern.ends_with('*') && path.starts_with(pattern.substr(0, pattern.size() - 1));
}

bool matches_resource(const Rule& rule, const RequestAttributes& request, const std::string& name) {
    if (!rule.namespaces.empty() && !contains(rule.namespaces, request.in_namespace)) return false;
    if (rule.resources.empty()) return true;
    return std::ranges::any_of(rule.resources, [&](const GroupResources& entry) {
        if (entry.group != request.group && entry.group != "*") return false;
        if (entry.resources.empty()) return true;
        if (!entry.resource_names.empty() && !contains(entry.resource_names, name)) return false;
        return std::ranges::any_of(entry.resources, [&](const std::string& pattern) {
            return matches_pattern(pattern, std::string{request.resource}, std::string{request.subresource});
        });
    });
}

bool matches_user(const Rule& rule, const RequestFacts& facts) {
    if (!rule.users.empty() && (!facts.has_user || !contains(rule.users, facts.user_name))) return false;
    if (rule.user_groups.empty()) return true;
    return facts.has_user &&
           std::ranges::any_of(facts.groups, [&](std::string_view group) { return contains(rule.user_groups, group); });
}

}  // namespace

std::optional<std::size_t> naive_match(const RuleSet& set, const RequestFacts& facts) {
    ScratchText path_scratch;
    ScratchText name_scratch;
    const auto request = parse_request_uri(facts.request_uri, path_scratch).value();
    std::string name{request.name};
    if (name_may_be_selected(request, facts.verb)) name = selector_name(request.query, name_scratch);
    for (std::size_t i = 0; i < set.rules.size(); ++i) {
        const auto& rule = set.rules[i];
        if (!matches_user(rule, facts)) continue;
        if (!rule.verbs.empty() && !contains(rule.verbs, facts.verb)) continue;
        const bool about_resources = !rule.namespaces.empty() || !rule.resources.empty();
        const bool about_paths = !rule.non_resource_urls.empty();
        if (about_resources && (!request.is_resource || !matches_resource(rule, request, name))) continue;
        if (about_paths &&
            (request.is_resource || !std::ranges::any_of(rule.non_resource_urls, [&](const std::string& pattern) {
                 return matches_path(pattern, request.path);
             }))) {
            continue;
        }
        return i;
    }
    return std::nullopt;
}

}  // namespace auditfwd
