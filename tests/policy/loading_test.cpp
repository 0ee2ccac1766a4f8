// What a policy file may say, and what is told when it says something else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/policy/loading_support.h"

namespace auditfwd {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

TEST(Loading, Reads_every_field) {
    const auto [set, errors, warnings] = load_outcome(R"(
apiVersion: audit.k8s.io/v1
kind: Policy
metadata: {name: main, labels: {team: sec}, creationTimestamp: null}
omitStages: [RequestReceived]
omitManagedFields: true
rules:
- level: Request
  users: [u1, "u2"]
  userGroups: [g]
  verbs: ['v']
  namespaces: [shop, ""]
  resources:
  - {group: apps, resources: [r], resourceNames: [x]}
  - group: ""
  omitStages: [Panic, ResponseStarted]
  omitManagedFields: false
- level: None
  nonResourceURLs: [/a, "/b*", "*"]
)");
    ASSERT_THAT(errors, IsEmpty());
    EXPECT_THAT(warnings, IsEmpty());
    EXPECT_EQ(set.omit_stages, (StageSet{Stage::kRequestReceived}));
    EXPECT_TRUE(set.omit_managed_fields);
    ASSERT_THAT(set.rules, SizeIs(2));
    const auto& rule = set.rules[0];
    EXPECT_EQ(rule.level, Level::kRequest);
    EXPECT_THAT(rule.users, ElementsAre("u1", "u2"));
    EXPECT_THAT(rule.user_groups, ElementsAre("g"));
    EXPECT_THAT(rule.verbs, ElementsAre("v"));
    EXPECT_THAT(rule.namespaces, ElementsAre("shop", ""));
    ASSERT_THAT(rule.resources, SizeIs(2));
    EXPECT_EQ(rule.resources[0].group, "apps");
    EXPECT_THAT(rule.resources[0].resources, ElementsAre("r"));
    EXPECT_THAT(rule.resources[0].resource_names, ElementsAre("x"));
    EXPECT_EQ(rule.resources[1].group, "");
    EXPECT_EQ(rule.omit_stages, (StageSet{Stage::kPanic, Stage::kResponseStarted}));
    EXPECT_EQ(rule.omit_managed_fields, false);
    EXPECT_EQ(rule.line, 8u);
    EXPECT_THAT(set.rules[1].non_resource_urls, ElementsAre("/a", "/b*", "*"));
    EXPECT_EQ(set.rules[1].line, 18u);
}

TEST(Loading, JSON_says_the_same) {
    const auto [set, errors, warnings] = load_outcome(
        "{\"apiVersion\":\"audit.k8s.io/v1\",\n\"rules\":[\n{\"level\":\"None\",\"users\":[\"a\",null]}]}");
    ASSERT_THAT(errors, IsEmpty());
    ASSERT_THAT(set.rules, SizeIs(1));
    EXPECT_THAT(set.rules[0].users, ElementsAre("a", ""));
    EXPECT_EQ(set.rules[0].line, 3u);
}

TEST(Loading, Null_is_an_empty_string_in_a_list_and_absent_elsewhere) {
    const auto [set, errors, warnings] = load_outcome(policy_with(
        "  users: [null, ~]\n  verbs:\n  -\n  - get\n  namespaces:\n  omitManagedFields: null\n  resources: [null]\n"));
    ASSERT_THAT(errors, IsEmpty());
    EXPECT_THAT(set.rules[0].users, ElementsAre("", ""));
    EXPECT_THAT(set.rules[0].verbs, ElementsAre("", "get"));
    EXPECT_THAT(set.rules[0].namespaces, IsEmpty());
    EXPECT_EQ(set.rules[0].omit_managed_fields, std::nullopt);
    ASSERT_THAT(set.rules[0].resources, SizeIs(1));
    EXPECT_THAT(set.rules[0].resources[0].resources, IsEmpty());
}

struct ErrorCase {
    std::string_view text;
    std::string_view error;  // how the only error begins
};

void expect_errors(const std::vector<ErrorCase>& cases) {
    for (const auto& [text, error] : cases) {
        EXPECT_THAT(load_outcome(text).errors, ElementsAre(StartsWith(error))) << text;
    }
}

TEST(Loading, A_file_must_say_that_it_is_a_policy) {
    const std::string rules = "rules: [{level: None}]\n";
    expect_errors({
        {"", "p.yaml:1: no policy here"},
        {"# nothing\n", "p.yaml:1: no policy here"},
        {"hello", "p.yaml:1: expected a mapping, found the string \"hello\""},
        {"- level: None\n", "p.yaml:1: expected a mapping, found a list"},
        {rules, "p.yaml:1: apiVersion: missing; write audit.k8s.io/v1"},
        {"kind: Policy\n" + rules, "p.yaml:1: apiVersion: missing"},
        {"apiVersion: ''\nkind: Policy\n" + rules, "p.yaml:1: apiVersion: missing"},
        {"apiVersion: 1\nkind: Policy\n" + rules, "p.yaml:1: apiVersion: expected a string, found the number \"1\""},
        {"apiVersion: v1\nkind: Policy\n" + rules, "p.yaml:1: apiVersion: \"v1\" is not supported"},
        {"apiVersion: audit.k8s.io/v1alpha1\n" + rules, "p.yaml:1: apiVersion: \"audit.k8s.io/v1alpha1\" is not"},
        {"apiVersion: audit.k8s.io/v1\nkind: Event\n" + rules, "p.yaml:2: kind: \"Event\" is no policy"},
        {"apiVersion: audit.k8s.io/v1\nkind: policy\n" + rules, "p.yaml:2: kind: \"policy\" is no policy"},
        {"apiVersion: audit.k8s.io/v1\n", "p.yaml:1: rules: missing or empty"},
        {"apiVersion: audit.k8s.io/v1\nrules: []\n", "p.yaml:1: rules: missing or empty"},
        {"apiVersion: audit.k8s.io/v1\nrules: {}\n", "p.yaml:2: rules: expected a list of rules, found a mapping"},
    });
    EXPECT_TRUE(load_outcome("apiVersion: audit.k8s.io/v1\n" + rules).ok()) << "kind may be missing";
}

TEST(Loading, V1beta1_is_read_as_v1_with_a_warning) {
    const auto outcome = load_outcome("apiVersion: audit.k8s.io/v1beta1\nkind: Policy\nrules: [{level: None}]\n");
    EXPECT_TRUE(outcome.ok());
    EXPECT_THAT(outcome.warnings, ElementsAre(StartsWith("p.yaml:1: apiVersion: audit.k8s.io/v1beta1 is read as v1")));
}

TEST(Loading, A_level_is_one_of_four) {
    const auto with = [](std::string_view rule) {
        return "apiVersion: audit.k8s.io/v1\nrules:\n- " + std::string{rule} + "\n";
    };
    expect_errors({
        {with("users: [a]"), "p.yaml:3: rules[0].level: missing; write None, Metadata, Request or RequestResponse"},
        {with("level: null"), "p.yaml:3: rules[0].level: missing"},
        {with("level: ''"), "p.yaml:3: rules[0].level: missing"},
        {with("{}"), "p.yaml:3: rules[0].level: missing"},
        {with("level: metadata"), "p.yaml:3: rules[0].level: \"metadata\" is no level"},
        {with("level: 1"), "p.yaml:3: rules[0].level: expected a string, found the number"},
        {with("level: [None]"), "p.yaml:3: rules[0].level: expected a string, found a list"},
        {with("level: None#x"), "p.yaml:3: rules[0].level: \"None#x\" is no level"},
        {with("just text"), "p.yaml:3: rules[0]: expected a mapping, found the string"},
    });
}

TEST(Loading, What_kube_apiserver_s_validation_refuses_is_refused) {
    const auto url = [](std::string_view text) {
        return policy_with("  nonResourceURLs: [" + std::string{text} + "]\n");
    };
    const auto group = [](std::string_view text) {
        return policy_with("  resources:\n  - group: " + std::string{text} + "\n");
    };
    expect_errors({
        {url("healthz"), "p.yaml:5: rules[0].nonResourceURLs[0]: \"healthz\" does not begin with /"},
        {url("/a, ''"), "p.yaml:5: rules[0].nonResourceURLs[1]: \"\" does not begin with /"},
        {url("/a*/b"), "p.yaml:5: rules[0].nonResourceURLs[0]: \"/a*/b\" has a * that is not its last character"},
        {url("/a**"), "p.yaml:5: rules[0].nonResourceURLs[0]: \"/a**\" has a *"},
        {group("apps/v1"), "p.yaml:6: rules[0].resources[0].group: \"apps/v1\" is no API group"},
        {group("Apps"), "p.yaml:6: rules[0].resources[0].group: \"Apps\" is no API group"},
        {group("'*.k8s.io'"), "p.yaml:6: rules[0].resources[0].group: \"*.k8s.io\" is no API group"},
        {group(std::string(254, 'a')), "p.yaml:6: rules[0].resources[0].group: \"aaa"},
        {policy_with("  resources: [{resourceNames: [a]}]\n"),
         "p.yaml:5: rules[0].resources[0].resourceNames: wants resources beside it"},
        {policy_with("  omitStages: [Foo]\n"), "p.yaml:5: rules[0].omitStages[0]: \"Foo\" is no stage"},
        {policy_with("  omitStages: [null]\n"), "p.yaml:5: rules[0].omitStages[0]: \"\" is no stage"},
        {policy_with("omitStages: ['']\n"), "p.yaml:5: omitStages[0]: \"\" is no stage"},
        {policy_with("  nonResourceURLs: [/x]\n  namespaces: [a]\n"),
         "p.yaml:4: rules[0].nonResourceURLs: a rule is about"},
        {policy_with("  nonResourceURLs: [/x]\n  resources: [{}]\n"),
         "p.yaml:4: rules[0].nonResourceURLs: a rule is about"},
    });
}

TEST(Loading, A_value_of_the_wrong_type_is_told_with_what_would_be_right) {
    expect_errors({
        {policy_with("  users: alice\n"),
         "p.yaml:5: rules[0].users: expected a list of strings, found the string \"alice\""},
        {policy_with("  users: {a: b}\n"), "p.yaml:5: rules[0].users: expected a list of strings, found a mapping"},
        {policy_with("  verbs: [get, yes]\n"),
         "p.yaml:5: rules[0].verbs[1]: expected a string, found the boolean yes; put it in quotes"},
        {policy_with("  namespaces:\n  - a\n  - 123\n"),
         "p.yaml:7: rules[0].namespaces[1]: expected a string, found the number"},
        {policy_with("  users: [[a]]\n"), "p.yaml:5: rules[0].users[0]: expected a string, found a list"},
        {policy_with("  resources: [pods]\n"),
         "p.yaml:5: rules[0].resources[0]: expected a mapping, found the string \"pods\""},
        {policy_with("  resources: pods\n"), "p.yaml:5: rules[0].resources: expected a list of {group"},
        {policy_with("  omitManagedFields: 'true'\n"), "p.yaml:5: rules[0].omitManagedFields: expected a boolean"},
        {policy_with("omitManagedFields: 1\n"), "p.yaml:5: omitManagedFields: expected a boolean, found the number"},
        {policy_with("metadata: x\n"), "p.yaml:5: metadata: expected a mapping"},
        {policy_with("metadata: {labels: {a: true}}\n"),
         "p.yaml:5: metadata.labels.a: expected a string, found the boolean"},
    });
}

TEST(Loading, Unknown_fields_are_errors_and_the_right_spelling_is_told) {
    expect_errors({
        {policy_with("  Users: [a]\n"), "p.yaml:5: rules[0].Users: unknown field; write users"},
        {policy_with("  user: [a]\n"), "p.yaml:5: rules[0].user: unknown field; here there are level, users"},
        {policy_with("verbs: [get]\n"), "p.yaml:5: verbs: unknown field; here there are apiVersion, kind"},
        {policy_with("  resources: [{groups: a}]\n"), "p.yaml:5: rules[0].resources[0].groups: unknown field"},
        {policy_with("1: x\n"), "p.yaml:5: 1: unknown field"},
        {policy_with("metadata: {title: x}\n"), "p.yaml:5: metadata.title: unknown field"},
        {policy_with("  ? [a]\n  : b\n"), "p.yaml:5: rules[0]: a key is a list"},
    });
}

TEST(Loading, Duplicates_are_errors_with_both_lines) {
    expect_errors({
        {policy_with("  level: None\n"), "p.yaml:5: rules[0].level: given twice, first in line 4; remove one"},
        {policy_with("  users: [a]\n  'users': [b]\n"), "p.yaml:6: rules[0].users: given twice, first in line 5"},
        {policy_with("rules: [{level: None}]\n"), "p.yaml:5: rules: given twice, first in line 3"},
        {"{\"apiVersion\":\"audit.k8s.io/v1\",\"rules\":[{\"level\":\"None\",\n\"level\":\"Metadata\"}]}",
         "p.yaml:2: rules[0].level: given twice, first in line 1"},
    });
}

TEST(Loading, Every_error_is_told_at_once_in_the_order_of_lines) {
    const auto outcome = load_outcome(R"(kind: Pod
rules:
- level: none
  users: alice
  verb: [get]
- level: None
  level: None
  nonResourceURLs: [x, /y*z]
)");
    EXPECT_THAT(
        outcome.errors,
        ElementsAre(HasSubstr(":1: kind"), HasSubstr(":1: apiVersion"), HasSubstr(":3: rules[0].level"),
                    HasSubstr(":4: rules[0].users"), HasSubstr(":5: rules[0].verb"), HasSubstr(":7: rules[1].level"),
                    HasSubstr(":8: rules[1].nonResourceURLs[0]"), HasSubstr(":8: rules[1].nonResourceURLs[1]")));
}

TEST(Loading, So_many_errors_that_nobody_reads_them_are_counted) {
    std::string text = "apiVersion: audit.k8s.io/v1\nrules:\n";
    for (int i = 0; i < 150; ++i) text += "- level: x\n";
    const auto outcome = load_outcome(text);
    EXPECT_THAT(outcome.errors, SizeIs(101));
    EXPECT_EQ(outcome.errors.back(), "and 50 more");
}

TEST(Loading, Lenient_warns_of_unknown_and_duplicate_fields_and_the_last_counts) {
    const auto outcome =
        load_outcome(policy_with("  Users: [a]\n  verbs: [get]\n  verbs: [list]\n  level: None\nfoo: 1\n"), true);
    ASSERT_TRUE(outcome.ok());
    EXPECT_THAT(outcome.warnings,
                ElementsAre(HasSubstr(":5: rules[0].Users: unknown"), HasSubstr(":7: rules[0].verbs: given twice"),
                            HasSubstr(":8: rules[0].level: given twice"), HasSubstr(":9: foo: unknown")));
    EXPECT_THAT(outcome.set.rules[0].users, IsEmpty());
    EXPECT_THAT(outcome.set.rules[0].verbs, ElementsAre("list"));
    EXPECT_EQ(outcome.set.rules[0].level, Level::kNone);
}

TEST(Loading, Lenient_forgives_nothing_else) {
    EXPECT_FALSE(load_outcome(policy_with("  users: alice\n"), true).ok());
    EXPECT_FALSE(load_outcome(policy_with("  level:\n"), true).ok()) << "the last level is null, thus missing";
    EXPECT_FALSE(load_outcome("rules: [{level: None}]\n", true).ok());
}

TEST(Loading, Messages_quote_little_and_no_control_characters) {
    const auto outcome = load_outcome(policy_with("  omitStages: [\"a\\n\\x1b[31m" + std::string(500, 'x') + "\"]\n"));
    ASSERT_THAT(outcome.errors, SizeIs(1));
    EXPECT_LT(outcome.errors[0].size(), 250u);
    EXPECT_THAT(outcome.errors[0], HasSubstr("\"a??[31mxxx"));
}

}  // namespace
}  // namespace auditfwd
