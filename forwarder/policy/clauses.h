// Rules taken apart into clauses: each a plain AND of dimensions, each dimension an OR of strings.
//
// A rule gives one clause for each different (resources, resourceNames) among the entries of its `resources`, one if it
// has none. Clauses keep the order of the file.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "forwarder/policy/rules.h"

namespace auditfwd {

struct Clause {
    std::size_t rule = 0;  // from 0
    const Rule* of = nullptr;
    std::vector<std::string_view> groups;       // API groups, "*" for all of them
    const GroupResources* resources = nullptr;  // for its resources and names; null: the rule has none

    bool matches_resources() const { return of->non_resource_urls.empty(); }
    bool matches_paths() const { return of->namespaces.empty() && of->resources.empty(); }
};

// The views lie in `set`.
std::vector<Clause> clauses_of(const RuleSet& set);

// What an entry of `resources` matches; several at once for `*/*`, nothing at all for `a/b/c`.
struct ResourcePattern {
    bool all = false;                                                    // *
    std::optional<std::pair<std::string_view, std::string_view>> exact;  // pods, pods/log
    std::optional<std::string_view> of_resource;                         // pods/*: pods itself, and each subresource
    std::optional<std::string_view> of_subresource;                      // */log

    bool nothing() const { return !all && !exact && !of_resource && !of_subresource; }
};

ResourcePattern resource_pattern(std::string_view text);

}  // namespace auditfwd
