#include "forwarder/policy/advice.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "forwarder/policy/clauses.h"

namespace auditfwd {

namespace {

// All the verbs of resource requests; "" is an HTTP method that Kubernetes does not know.
constexpr std::array<std::string_view, 10> kResourceVerbs{"get",   "list",  "watch",  "create",           "update",
                                                          "patch", "proxy", "delete", "deletecollection", ""};

bool has_upper_case(std::string_view text) {
    return std::ranges::any_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

class Adviser {
public:
    Adviser(const Rule& rule, std::size_t index, Diagnostics& diagnostics)
        : rule_{rule}, path_{fmt::format("rules[{}]", index)}, diagnostics_{diagnostics} {}

    void advise() {
        warn_of_wildcards("users", rule_.users);
        warn_of_wildcards("userGroups", rule_.user_groups);
        warn_of_wildcards("verbs", rule_.verbs);
        warn_of_wildcards("namespaces", rule_.namespaces);
        for (std::size_t i = 0; i < rule_.resources.size(); ++i) {
            const auto key = fmt::format("resources[{}]", i);
            warn_of_wildcards(key + ".resourceNames", rule_.resources[i].resource_names);
            warn_of_patterns(key + ".resources", rule_.resources[i].resources);
        }
        warn_of_verbs();
        warn_of_names();
    }

private:
    void warn(std::string_view key, std::string_view text) {
        diagnostics_.warning(rule_.line, fmt::format("{}.{}", path_, key), text);
    }

    void warn_of_wildcards(std::string_view key, const std::vector<std::string>& list) {
        for (const auto& text : list) {
            if (text.find('*') == text.npos) continue;
            warn(key, fmt::format("{} is taken literally, * is no wildcard here; leave the list out to match all",
                                  quoted(text)));
        }
    }

    void warn_of_patterns(std::string_view key, const std::vector<std::string>& list) {
        for (const auto& text : list) {
            const auto pattern = resource_pattern(text);
            const bool literal_star = pattern.exact && text.find('*') != text.npos;
            const bool both = pattern.of_resource && pattern.of_subresource;
            if (pattern.nothing() || literal_star || both || has_upper_case(text)) {
                warn(key,
                     fmt::format("{} matches no resource; write pods, pods/log, pods/*, */log or *", quoted(text)));
            }
        }
    }

    void warn_of_verbs() {
        if (rule_.verbs.empty()) return;
        const bool resources_only = !rule_.namespaces.empty() || !rule_.resources.empty();
        const bool never = std::ranges::all_of(rule_.verbs, [&](const std::string& verb) {
            return has_upper_case(verb) ||
                   (resources_only && std::ranges::find(kResourceVerbs, verb) == kResourceVerbs.end());
        });
        if (!never) return;
        warn("verbs", resources_only
                          ? "the rule never matches: requests for resources are get, list, watch, create, update, "
                            "patch, delete, deletecollection or proxy"
                          : "the rule never matches: verbs are in lower case");
    }

    // The name counts as it stands in the URL, and there is none in the URL of these.
    void warn_of_names() {
        const auto nameless = [](const std::string& verb) { return verb == "create" || verb == "deletecollection"; };
        if (rule_.verbs.empty() || !std::ranges::all_of(rule_.verbs, nameless)) return;
        for (std::size_t i = 0; i < rule_.resources.size(); ++i) {
            const auto& [group, resources, names] = rule_.resources[i];
            const bool named = !names.empty() && std::ranges::find(names, "") == names.end();
            const auto plain = [](const std::string& text) {
                return resource_pattern(text).exact && text.find('/') == text.npos;
            };
            if (!named || !std::ranges::all_of(resources, plain)) continue;
            warn(fmt::format("resources[{}].resourceNames", i),
                 "never matches: a create or deletecollection has no name in its URL");
        }
    }

    const Rule& rule_;
    const std::string path_;
    Diagnostics& diagnostics_;
};

}  // namespace

void advise(const RuleSet& set, const Matcher& matcher, Diagnostics& diagnostics) {
    const auto covered = matcher.covered_by(set);
    for (std::size_t i = 0; i < set.rules.size(); ++i) {
        Adviser{set.rules[i], i, diagnostics}.advise();
        if (!covered[i]) continue;
        diagnostics.warning(set.rules[i].line, fmt::format("rules[{}]", i),
                            fmt::format("never matches: the rule in line {} comes first", set.rules[*covered[i]].line));
    }
}

}  // namespace auditfwd
