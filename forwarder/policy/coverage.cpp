// Which rules can never match, because earlier ones leave them nothing: the same tables, asked about a rule instead of
// a request. In each dimension the clauses are kept that let all pass which the rule lets pass.
#include <string_view>

#include "forwarder/policy/mask.h"
#include "forwarder/policy/matcher.h"

namespace auditfwd {

namespace {

void keep_covering_list(const MaskTable& table, const std::vector<std::string>& list, Mask& mask) {
    if (list.empty()) mask.keep(table.free_row());
    for (const auto& text : list) mask.keep(table.row(text));
}

}  // namespace

void Matcher::keep_covering_pattern(std::string_view text, Mask& mask) const {
    const auto pattern = resource_pattern(text);
    const auto keep_or_free = [&](MaskRow row) {
        Mask wider{resources_.free_row(), words_};
        wider.add(row);
        mask.keep(wider);
    };
    if (pattern.all) mask.keep(resources_.free_row());
    if (pattern.of_resource) keep_or_free(of_resource_.row(*pattern.of_resource));
    if (pattern.of_subresource) keep_or_free(of_subresource_.row(*pattern.of_subresource));
    if (pattern.exact) {
        const auto [resource, subresource] = *pattern.exact;
        Mask about{resources_.row(resource, subresource), words_};
        about.add(of_resource_.row(resource));
        if (!subresource.empty()) about.add(of_subresource_.row(subresource));
        mask.keep(about);
    }
}

void Matcher::keep_covering_resources(const Clause& clause, Mask& mask) const {
    keep_covering_list(namespaces_, clause.of->namespaces, mask);
    if (!clause.resources) {
        mask.keep(api_groups_.free_row());
        mask.keep(resources_.free_row());
        mask.keep(names_.free_row());
        return;
    }
    for (const auto group : clause.groups) mask.keep(group == "*" ? api_groups_.free_row() : api_groups_.row(group));
    if (clause.resources->resources.empty()) mask.keep(resources_.free_row());
    for (const auto& text : clause.resources->resources) keep_covering_pattern(text, mask);
    keep_covering_list(names_, clause.resources->resource_names, mask);
}

void Matcher::keep_covering_path(std::string_view url, Mask& mask) const {
    if (url == "*") {
        mask.keep(paths_.free_row());
        return;
    }
    const bool prefix = url.ends_with('*');
    if (prefix) url.remove_suffix(1);
    Mask at{prefix ? paths_.free_row() : paths_.row(url), words_};
    add_prefixes(url, at);
    mask.keep(at);
}

void Matcher::keep_covering(const Clause& clause, Mask& mask) const {
    const auto& rule = *clause.of;
    keep_covering_list(users_, rule.users, mask);
    keep_covering_list(user_groups_, rule.user_groups, mask);
    keep_covering_list(verbs_, rule.verbs, mask);
    if (clause.matches_resources()) keep_covering_resources(clause, mask);
    if (!clause.matches_paths()) return;
    if (rule.non_resource_urls.empty()) mask.keep(paths_.free_row());
    for (const auto& url : rule.non_resource_urls) keep_covering_path(url, mask);
}

std::vector<std::optional<std::size_t>> Matcher::covered_by(const RuleSet& set) const {
    std::vector<std::optional<std::size_t>> out(set.rules.size());
    std::vector<bool> alive(set.rules.size());
    const std::vector<MaskWord> all(words_, ~MaskWord{0});
    for (const auto& clause : clauses_of(set)) {
        if (alive[clause.rule]) continue;
        Mask mask{all.data(), words_};
        keep_covering(clause, mask);
        // A clause covers itself, so there is always one.
        const auto first = mask.first();
        const auto by = first ? rule_of_[*first] : clause.rule;
        alive[clause.rule] = by >= clause.rule;
        out[clause.rule] = by;
    }
    for (std::size_t i = 0; i < out.size(); ++i) {
        if (alive[i]) out[i].reset();
    }
    return out;
}

}  // namespace auditfwd
