#include "forwarder/policy/clauses.h"

#include <map>

namespace auditfwd {

namespace {

void add_clauses(const Rule& rule, std::size_t index, std::vector<Clause>& out) {
    if (rule.resources.empty()) {
        out.push_back({.rule = index, .of = &rule, .groups = {}, .resources = nullptr});
        return;
    }
    using Key = std::pair<const std::vector<std::string>&, const std::vector<std::string>&>;
    const auto less = [](const Key& a, const Key& b) { return a < b; };
    std::map<Key, std::size_t, decltype(less)> seen{less};
    for (const auto& entry : rule.resources) {
        const auto [same, first] = seen.try_emplace(Key{entry.resources, entry.resource_names}, out.size());
        if (first) out.push_back({.rule = index, .of = &rule, .groups = {}, .resources = &entry});
        out[same->second].groups.push_back(entry.group);
    }
}

}  // namespace

std::vector<Clause> clauses_of(const RuleSet& set) {
    std::vector<Clause> out;
    for (std::size_t i = 0; i < set.rules.size(); ++i) add_clauses(set.rules[i], i, out);
    return out;
}

ResourcePattern resource_pattern(std::string_view text) {
    ResourcePattern out;
    if (text == "*") {
        out.all = true;
        return out;
    }
    const auto slash = text.find('/');
    // Neither a resource nor a subresource has a slash inside.
    if (slash != text.npos && text.find('/', slash + 1) != text.npos) return out;
    const auto resource = text.substr(0, slash);
    if (slash == text.npos) {
        out.exact = {resource, {}};
        return out;
    }
    const auto subresource = text.substr(slash + 1);
    if (subresource.empty()) return out;
    if (resource == "*") out.of_subresource = subresource;
    if (subresource == "*") out.of_resource = resource;
    if (!out.of_subresource && !out.of_resource) out.exact = {resource, subresource};
    return out;
}

}  // namespace auditfwd
