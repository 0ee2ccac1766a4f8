#include "forwarder/policy/matcher.h"

#include <algorithm>
#include <set>

#include "forwarder/base/units.h"
#include "forwarder/policy/mask.h"
#include "forwarder/policy/selectors.h"

namespace auditfwd {

namespace {

constexpr std::size_t kClausesMax = kMaskWordsMax * kMaskWordBits;
constexpr std::size_t kTableBytesMax = 16_MiB;

struct Builders {
    MaskTable::Builder users, user_groups, verbs, namespaces, api_groups, names, resources, of_resource, of_subresource,
        paths, prefixes;
    std::set<std::size_t> prefix_sizes;

    void add(std::size_t index, const Clause& clause) {
        const auto& rule = *clause.of;
        add_list(users, index, rule.users);
        add_list(user_groups, index, rule.user_groups);
        add_list(verbs, index, rule.verbs);
        if (clause.matches_resources()) add_resources(index, clause);
        if (clause.matches_paths()) add_paths(index, rule.non_resource_urls);
    }

    std::size_t bytes(std::size_t words) const {
        std::size_t sum = 0;
        for (const auto* builder : {&users, &user_groups, &verbs, &namespaces, &api_groups, &names, &resources,
                                    &of_resource, &of_subresource, &paths, &prefixes}) {
            sum += builder->bytes(words);
        }
        return sum;
    }

private:
    static void add_list(MaskTable::Builder& builder, std::size_t index, const std::vector<std::string>& list) {
        if (list.empty()) builder.set_free(index);
        for (const auto& text : list) builder.add(index, text);
    }

    void add_resources(std::size_t index, const Clause& clause) {
        add_list(namespaces, index, clause.of->namespaces);
        if (!clause.resources) {
            api_groups.set_free(index);
            resources.set_free(index);
            names.set_free(index);
            return;
        }
        for (const auto group : clause.groups) {
            if (group == "*") {
                api_groups.set_free(index);
            } else {
                api_groups.add(index, group);
            }
        }
        if (clause.resources->resources.empty()) resources.set_free(index);
        for (const auto& text : clause.resources->resources) {
            const auto pattern = resource_pattern(text);
            if (pattern.all) resources.set_free(index);
            if (pattern.exact) resources.add(index, pattern.exact->first, pattern.exact->second);
            if (pattern.of_resource) of_resource.add(index, *pattern.of_resource);
            if (pattern.of_subresource) of_subresource.add(index, *pattern.of_subresource);
        }
        add_list(names, index, clause.resources->resource_names);
    }

    void add_paths(std::size_t index, const std::vector<std::string>& urls) {
        if (urls.empty()) paths.set_free(index);
        for (std::string_view url : urls) {
            if (url == "*") {
                paths.set_free(index);
            } else if (url.ends_with('*')) {
                url.remove_suffix(1);
                prefixes.add(index, url);
                prefix_sizes.insert(url.size());
            } else {
                paths.add(index, url);
            }
        }
    }
};

}  // namespace

Result<Matcher> Matcher::compile(const RuleSet& set) {
    const auto clauses = clauses_of(set);
    if (clauses.size() > kClausesMax) {
        return Error{ErrorCode::kTooLarge, "more than 4096 rules, counting each different entry of resources"};
    }
    Matcher out;
    out.words_ = std::max<std::size_t>(1, (clauses.size() + kMaskWordBits - 1) / kMaskWordBits);
    Builders builders;
    for (std::size_t i = 0; i < clauses.size(); ++i) {
        builders.add(i, clauses[i]);
        out.rule_of_.push_back(clauses[i].rule);
    }
    if (builders.bytes(out.words_) > kTableBytesMax) {
        return Error{ErrorCode::kTooLarge, "so many names in so many rules that compiling them takes more than 16 MiB"};
    }
    out.users_ = builders.users.build(out.words_);
    out.user_groups_ = builders.user_groups.build(out.words_);
    out.verbs_ = builders.verbs.build(out.words_);
    out.namespaces_ = builders.namespaces.build(out.words_);
    out.api_groups_ = builders.api_groups.build(out.words_);
    out.names_ = builders.names.build(out.words_);
    out.resources_ = builders.resources.build(out.words_);
    out.of_resource_ = builders.of_resource.build(out.words_);
    out.of_subresource_ = builders.of_subresource.build(out.words_);
    out.paths_ = builders.paths.build(out.words_);
    out.prefixes_ = builders.prefixes.build(out.words_);
    out.prefix_sizes_.assign(builders.prefix_sizes.begin(), builders.prefix_sizes.end());
    return out;
}

std::optional<std::size_t> Matcher::match(const RequestFacts& facts, const RequestAttributes& request) const {
    Mask mask{verbs_.row(facts.verb), words_};
    keep_user(facts, mask);
    if (request.is_resource) {
        keep_resource(facts, request, mask);
    } else {
        keep_path(request.path, mask);
    }
    const auto clause = mask.first();
    if (!clause) return std::nullopt;
    return rule_of_[*clause];
}

void Matcher::keep_user(const RequestFacts& facts, Mask& mask) const {
    mask.keep(facts.has_user ? users_.row(facts.user_name) : users_.free_row());
    if (user_groups_.empty()) return;
    Mask member{user_groups_.free_row(), words_};
    if (facts.has_user) {
        for (const auto group : facts.groups) member.add(user_groups_.row(group));
    }
    mask.keep(member);
}

void Matcher::keep_resource(const RequestFacts& facts, const RequestAttributes& request, Mask& mask) const {
    mask.keep(namespaces_.row(request.in_namespace));
    mask.keep(api_groups_.row(request.group));
    Mask about{resources_.row(request.resource, request.subresource), words_};
    if (!of_resource_.empty()) about.add(of_resource_.row(request.resource));
    if (!of_subresource_.empty() && !request.subresource.empty()) about.add(of_subresource_.row(request.subresource));
    mask.keep(about);
    // Reading selectors takes longer than all the rest, and few rules name objects.
    if (mask.within(names_.free_row())) return;
    ScratchText scratch;
    auto name = request.name;
    if (name_may_be_selected(request, facts.verb)) name = selector_name(request.query, scratch);
    mask.keep(names_.row(name));
}

void Matcher::keep_path(std::string_view path, Mask& mask) const {
    Mask at{paths_.row(path), words_};
    add_prefixes(path, at);
    mask.keep(at);
}

void Matcher::add_prefixes(std::string_view path, Mask& mask) const {
    for (const auto size : prefix_sizes_) {
        if (size > path.size()) break;
        mask.add(prefixes_.row(path.substr(0, size)));
    }
}

}  // namespace auditfwd
