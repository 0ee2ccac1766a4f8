#include <gtest/gtest.h>

#include <initializer_list>

#include "forwarder/policy/policy.h"

namespace auditfwd {
namespace {

std::shared_ptr<const Policy> policy_of(const std::string& rules, const std::string& head = "") {
    auto loaded = Policy::load("apiVersion: audit.k8s.io/v1\nkind: Policy\n" + head + "rules:\n" + rules, "p.yaml", {});
    if (!loaded) {
        ADD_FAILURE() << loaded.error().message;
        return Policy::built_in("all");
    }
    return loaded->policy;
}

struct Request {
    std::string_view verb = "get";
    std::string_view uri = "/api/v1/namespaces/shop/pods/web";
    std::string_view user = "alice";
    std::vector<std::string_view> groups = {"dev", "system:authenticated"};
    bool has_user = true;
    Stage stage = Stage::kResponseComplete;
};

Decision decide(const Policy& policy, const Request& request) {
    return policy.decide({.stage = request.stage,
                          .request_uri = request.uri,
                          .verb = request.verb,
                          .user_name = request.user,
                          .groups = request.groups,
                          .has_user = request.has_user});
}

// Whether a policy with this one rule matches.
bool matches(const std::string& selectors, const Request& request) {
    return decide(*policy_of("- level: Request\n" + selectors), request).rule == 1;
}

TEST(Decide, The_first_rule_that_matches_counts_and_no_other) {
    const auto policy =
        policy_of("- {level: Request, users: [bob]}\n- {level: Metadata, verbs: [get]}\n- level: None\n");
    EXPECT_EQ(decide(*policy, {.user = "bob"}).rule, 1u);
    EXPECT_EQ(decide(*policy, {.user = "bob"}).level, Level::kRequest);
    EXPECT_EQ(decide(*policy, {.user = "eve"}).rule, 2u);
    EXPECT_EQ(decide(*policy, {.verb = "list", .user = "eve"}).rule, 3u);
    EXPECT_TRUE(decide(*policy, {.verb = "list", .user = "eve"}).drop);
}

TEST(Decide, Without_a_match_the_event_is_dropped_and_no_rule_is_named) {
    const auto decision = decide(*policy_of("- {level: Request, users: [bob]}\n"), {});
    EXPECT_EQ(decision.rule, 0u);
    EXPECT_EQ(decision.level, Level::kNone);
    EXPECT_TRUE(decision.drop);
    EXPECT_FALSE(decision.unreadable);
}

TEST(Decide, Stages_omitted_by_the_policy_and_by_the_rule_add_up) {
    const auto policy = policy_of("- {level: Metadata, omitStages: [Panic]}\n", "omitStages: [RequestReceived]\n");
    EXPECT_TRUE(decide(*policy, {.stage = Stage::kRequestReceived}).drop);
    EXPECT_TRUE(decide(*policy, {.stage = Stage::kPanic}).drop);
    EXPECT_FALSE(decide(*policy, {.stage = Stage::kResponseStarted}).drop);
    EXPECT_FALSE(decide(*policy, {.stage = Stage::kResponseComplete}).drop);
    EXPECT_EQ(decide(*policy, {.stage = Stage::kPanic}).level, Level::kMetadata);
}

TEST(Decide, A_rule_overrides_omitManagedFields_both_ways) {
    const auto policy = policy_of(
        "- {level: Request, users: [a], omitManagedFields: false}\n- {level: Request, users: [b], omitManagedFields: "
        "true}\n"
        "- {level: Request, users: [c]}\n",
        "omitManagedFields: yes\n");
    EXPECT_FALSE(decide(*policy, {.user = "a"}).omit_managed_fields);
    EXPECT_TRUE(decide(*policy, {.user = "b"}).omit_managed_fields);
    EXPECT_TRUE(decide(*policy, {.user = "c"}).omit_managed_fields);
    EXPECT_TRUE(decide(*policy, {.user = "d"}).omit_managed_fields);
    EXPECT_FALSE(decide(*policy_of("- level: Request\n"), {}).omit_managed_fields);
}

TEST(Decide, Users_groups_and_verbs_are_compared_whole) {
    EXPECT_TRUE(matches("  users: [bob, alice]", {}));
    EXPECT_FALSE(matches("  users: [Alice]", {}));
    EXPECT_FALSE(matches("  users: ['*']", {}));
    EXPECT_FALSE(matches("  users: [alic]", {}));
    EXPECT_TRUE(matches("  userGroups: [ops, dev]", {}));
    EXPECT_FALSE(matches("  userGroups: [ops]", {}));
    EXPECT_FALSE(matches("  userGroups: [dev]", {.groups = {}}));
    EXPECT_TRUE(matches("  verbs: [get]", {}));
    EXPECT_FALSE(matches("  verbs: ['*']", {}));
    EXPECT_TRUE(matches("  verbs: ['']", {.verb = ""}));
}

TEST(Decide, An_empty_list_is_no_constraint) {
    EXPECT_TRUE(matches(
        "  users: []\n  userGroups:\n  verbs: null\n  namespaces: []\n  resources: []\n  nonResourceURLs: []", {}));
    EXPECT_TRUE(matches("  namespaces: []\n  resources: []", {.uri = "/healthz"}));
}

TEST(Decide, A_request_without_a_user_matches_no_rule_about_users) {
    const Request nobody{.user = "", .groups = {}, .has_user = false};
    EXPECT_FALSE(matches("  users: ['']", nobody));
    EXPECT_FALSE(matches("  userGroups: ['']", nobody));
    EXPECT_TRUE(matches("  verbs: [get]", nobody));
    EXPECT_TRUE(matches("  users: ['']", {.user = "", .groups = {"dev"}}));
}

TEST(Decide, Namespaces_are_about_resources_alone) {
    EXPECT_TRUE(matches("  namespaces: [shop]", {}));
    EXPECT_FALSE(matches("  namespaces: [sho]", {}));
    EXPECT_FALSE(matches("  namespaces: ['*']", {}));
    EXPECT_FALSE(matches("  namespaces: ['']", {.uri = "/healthz"}));
    EXPECT_FALSE(matches("  namespaces: ['', shop]", {.uri = "/api/v1"}));
}

TEST(Decide, The_empty_namespace_is_that_of_requests_without_one) {
    EXPECT_TRUE(matches("  namespaces: ['']", {.uri = "/api/v1/nodes/n1"}));
    EXPECT_TRUE(matches("  namespaces: ['']", {.verb = "list", .uri = "/api/v1/pods"}));
    EXPECT_FALSE(matches("  namespaces: ['']", {}));
    EXPECT_TRUE(matches("  namespaces: [shop]", {.uri = "/api/v1/namespaces/shop"}));
    EXPECT_FALSE(matches("  namespaces: ['']", {.uri = "/api/v1/namespaces/shop"}));
}

std::string resources(std::string_view group, std::string_view list, std::string_view names = "[]") {
    return "  resources: [{group: '" + std::string{group} + "', resources: " + std::string{list} +
           ", resourceNames: " + std::string{names} + "}]";
}

TEST(Decide, A_group_is_equal_or_a_star) {
    const Request deployment{.uri = "/apis/apps/v1/namespaces/shop/deployments/web"};
    EXPECT_TRUE(matches(resources("apps", "[deployments]"), deployment));
    EXPECT_FALSE(matches(resources("", "[deployments]"), deployment));
    EXPECT_FALSE(matches(resources("app", "[deployments]"), deployment));
    EXPECT_TRUE(matches(resources("*", "[deployments]"), deployment));
    EXPECT_TRUE(matches(resources("*", "[pods]"), {}));
    EXPECT_TRUE(matches("  resources: [{resources: [pods]}]", {}));
}

TEST(Decide, An_entry_without_resources_is_its_whole_group) {
    EXPECT_TRUE(matches(resources("", "[]"), {.uri = "/api/v1/namespaces/shop/pods/web/exec"}));
    EXPECT_TRUE(matches("  resources: [null]", {}));
    EXPECT_FALSE(matches(resources("", "[]"), {.uri = "/apis/apps/v1/deployments"}));
    EXPECT_TRUE(matches(resources("*", "[]"), {.uri = "/apis/apps/v1/deployments"}));
    EXPECT_FALSE(matches(resources("*", "[]"), {.uri = "/healthz"}));
}

struct PatternCase {
    std::string_view pattern;
    bool pods, pods_log, pods_status, nodes_status;
};

TEST(Decide, Resource_patterns_match_as_in_the_table_of_the_README) {
    for (const auto& [pattern, pods, pods_log, pods_status, nodes_status] : std::vector<PatternCase>{
             {"pods", true, false, false, false},
             {"pods/log", false, true, false, false},
             {"*", true, true, true, true},
             {"*/status", false, false, true, true},
             {"pods/*", true, true, true, false},
             {"*/*", false, false, false, false},
             {"pod*", false, false, false, false},
             {"pods/l*", false, false, false, false},
             {"pods/", false, false, false, false},
             {"*/", false, false, false, false},
             {"/status", false, false, false, false},
             {"pods/log/x", false, false, false, false},
             {"**", false, false, false, false},
             {"", false, false, false, false},
             {"Pods", false, false, false, false},
         }) {
        const auto rule = resources("", "['" + std::string{pattern} + "']");
        EXPECT_EQ(matches(rule, {.uri = "/api/v1/namespaces/shop/pods/web"}), pods) << pattern;
        EXPECT_EQ(matches(rule, {.uri = "/api/v1/namespaces/shop/pods/web/log"}), pods_log) << pattern;
        EXPECT_EQ(matches(rule, {.uri = "/api/v1/namespaces/shop/pods/web/status"}), pods_status) << pattern;
        EXPECT_EQ(matches(rule, {.uri = "/api/v1/nodes/n1/status"}), nodes_status) << pattern;
    }
}

TEST(Decide, Patterns_reach_resources_with_odd_names) {
    EXPECT_TRUE(matches(resources("", "['*/*']"), {.uri = "/api/v1/*/x"}));
    EXPECT_TRUE(matches(resources("", "['*/*']"), {.uri = "/api/v1/pods/x/*"}));
    EXPECT_TRUE(matches(resources("", "['']"), {.uri = "/api/v1//pods"}));
    EXPECT_TRUE(matches(resources("", "['/*']"), {.uri = "/api/v1//pods/log"}));
    EXPECT_TRUE(matches(resources("", "['/log']"), {.uri = "/api/v1//pods/log"}));
}

TEST(Decide, The_name_is_that_of_the_URL) {
    const auto rule = resources("", "[pods, pods/exec]", "[web]");
    EXPECT_TRUE(matches(rule, {}));
    EXPECT_FALSE(matches(rule, {.uri = "/api/v1/namespaces/shop/pods/web-0"}));
    EXPECT_FALSE(matches(rule, {.verb = "create", .uri = "/api/v1/namespaces/shop/pods"}));
    EXPECT_TRUE(matches(rule, {.verb = "create", .uri = "/api/v1/namespaces/shop/pods/web/exec"}));
    EXPECT_FALSE(matches(resources("", "[pods]", "['*']"), {}));
    EXPECT_TRUE(matches(resources("", "[pods]", "['']"), {.verb = "list", .uri = "/api/v1/pods"}));
}

TEST(Decide, The_name_of_a_list_or_watch_may_be_a_field_selector_s) {
    const auto rule = resources("", "[pods]", "[web]");
    constexpr std::string_view kUri = "/api/v1/namespaces/shop/pods?fieldSelector=metadata.name%3Dweb";
    EXPECT_TRUE(matches(rule, {.verb = "list", .uri = kUri}));
    EXPECT_TRUE(matches(rule, {.verb = "watch", .uri = kUri}));
    EXPECT_FALSE(matches(rule, {.verb = "deletecollection", .uri = kUri}));
    EXPECT_FALSE(matches(rule, {.verb = "watch", .uri = "/api/v1/watch/pods?fieldSelector=metadata.name%3Dweb"}));
}

TEST(Decide, One_entry_must_match_as_a_whole) {
    const std::string rule =
        "  resources:\n  - {group: '', resources: [pods], resourceNames: [a]}\n  - {group: apps, resources: "
        "[deployments]}\n";
    EXPECT_TRUE(matches(rule, {.uri = "/api/v1/pods/a"}));
    EXPECT_TRUE(matches(rule, {.uri = "/apis/apps/v1/deployments/b"}));
    EXPECT_FALSE(matches(rule, {.uri = "/api/v1/pods/b"}));
    EXPECT_FALSE(matches(rule, {.uri = "/apis/apps/v1/pods/a"}));
    EXPECT_FALSE(matches(rule, {.uri = "/api/v1/deployments/b"}));
}

TEST(Decide, A_path_is_equal_or_begins_as_the_pattern_says) {
    const auto at = [](std::string_view pattern, std::string_view uri) {
        return matches("  nonResourceURLs: ['" + std::string{pattern} + "']", {.uri = uri});
    };
    EXPECT_TRUE(at("/healthz", "/healthz?verbose"));
    EXPECT_FALSE(at("/healthz", "/healthz/"));
    EXPECT_FALSE(at("/healthz", "/healthz/etcd"));
    EXPECT_TRUE(at("/healthz*", "/healthz"));
    EXPECT_TRUE(at("/healthz*", "/healthzfoo"));
    EXPECT_TRUE(at("/healthz*", "/health%7A/etcd"));
    EXPECT_FALSE(at("/healthz/*", "/healthz"));
    EXPECT_TRUE(at("/api*", "/apis/apps"));
    EXPECT_FALSE(at("/api*", "/api/v1/pods"));
    EXPECT_TRUE(at("/*", "//x"));
    EXPECT_TRUE(at("*", "*"));
    EXPECT_FALSE(at("/*", "*"));
    EXPECT_TRUE(at("/a b", "/a%20b"));
}

TEST(Decide, A_rule_about_neither_matches_both_kinds) {
    EXPECT_TRUE(matches("  verbs: [get]", {}));
    EXPECT_TRUE(matches("  verbs: [get]", {.uri = "/healthz"}));
}

TEST(Decide, An_unreadable_URI_is_kept_at_Metadata_whatever_the_policy_says) {
    const auto policy = policy_of("- {level: None}\n", "omitStages: [ResponseComplete]\n");
    for (const std::string_view uri : {"", "/api/v1/pods/%zz", "pods", "/api/v1/watch"}) {
        const auto decision = decide(*policy, {.uri = uri});
        EXPECT_TRUE(decision.unreadable) << uri;
        EXPECT_FALSE(decision.drop) << uri;
        EXPECT_EQ(decision.level, Level::kMetadata) << uri;
        EXPECT_EQ(decision.rule, 0u) << uri;
    }
}

TEST(Decide, Knows_the_line_of_a_rule) {
    const auto policy = policy_of("- level: None\n  users: [a]\n# comment\n- level: Metadata\n");
    EXPECT_EQ(policy->rules(), 2u);
    EXPECT_EQ(policy->line(1), 4u);
    EXPECT_EQ(policy->line(2), 7u);
    EXPECT_EQ(policy->line(0), 0u);
    EXPECT_EQ(policy->line(3), 0u);
}

}  // namespace
}  // namespace auditfwd
