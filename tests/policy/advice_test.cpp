#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "forwarder/policy/policy.h"

namespace auditfwd {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> warnings_of(std::string_view rules) {
    const auto loaded = Policy::load("apiVersion: audit.k8s.io/v1\nrules:\n" + std::string{rules}, "p.yaml", {});
    if (!loaded) return {"refused: " + loaded.error().message};
    return loaded->warnings;
}

// Two rules in lines 3 and 4.
bool second_never_matches(std::string_view first, std::string_view second) {
    const auto warnings =
        warnings_of("- {level: Metadata, " + std::string{first} + "}\n- {level: None, " + std::string{second} + "}\n");
    const auto is_it = [](const std::string& text) {
        return text == "p.yaml:4: rules[1]: never matches: the rule in line 3 comes first";
    };
    return std::ranges::any_of(warnings, is_it);
}

TEST(Advice, A_rule_inside_an_earlier_one_never_matches) {
    EXPECT_TRUE(second_never_matches("", ""));
    EXPECT_TRUE(second_never_matches("", "users: [a], nonResourceURLs: [/x]"));
    EXPECT_TRUE(second_never_matches("users: [a, b]", "users: [b]"));
    EXPECT_TRUE(second_never_matches("verbs: [get, list]", "verbs: [list], users: [a]"));
    EXPECT_TRUE(second_never_matches("namespaces: [a, b]", "namespaces: [a], resources: [{group: x}]"));
    EXPECT_TRUE(second_never_matches("resources: [{group: '*'}]", "resources: [{resources: [pods]}]"));
    EXPECT_TRUE(
        second_never_matches("resources: [{resources: ['pods/*']}]", "resources: [{resources: [pods, pods/log]}]"));
    EXPECT_TRUE(
        second_never_matches("resources: [{resources: ['*/log']}]", "resources: [{resources: [pods/log, jobs/log]}]"));
    EXPECT_TRUE(
        second_never_matches("resources: [{resources: ['*']}]", "resources: [{resources: ['pods/*', '*/log', x]}]"));
    EXPECT_TRUE(second_never_matches("resources: [{resources: [a, b]}]",
                                     "resources: [{resources: [a], resourceNames: [web]}]"));
    EXPECT_TRUE(second_never_matches("nonResourceURLs: ['/a*']", "nonResourceURLs: [/abc, '/ab*', /a]"));
    EXPECT_TRUE(second_never_matches("nonResourceURLs: ['*']", "nonResourceURLs: ['/*']"));
    EXPECT_TRUE(second_never_matches("resources: [{group: a}, {group: b}]",
                                     "resources: [{group: b, resources: [x]}, {group: a}]"));
}

TEST(Advice, A_rule_that_reaches_further_is_left_alone) {
    EXPECT_FALSE(second_never_matches("users: [a]", ""));
    EXPECT_FALSE(second_never_matches("users: [a]", "users: [a, b]"));
    EXPECT_FALSE(second_never_matches("users: [a]", "userGroups: [a]"));
    EXPECT_FALSE(second_never_matches("namespaces: [a]", "users: [u]"));
    EXPECT_FALSE(second_never_matches("resources: [{group: '*'}]", "verbs: [get]"));
    EXPECT_FALSE(second_never_matches("resources: [{group: ''}]", "resources: [{group: '*'}]"));
    EXPECT_FALSE(second_never_matches("resources: [{resources: [pods]}]", "resources: [{resources: ['pods/*']}]"));
    EXPECT_FALSE(second_never_matches("resources: [{resources: ['*/log']}]", "resources: [{resources: [pods]}]"));
    EXPECT_FALSE(
        second_never_matches("resources: [{resources: [a], resourceNames: [web]}]", "resources: [{resources: [a]}]"));
    EXPECT_FALSE(second_never_matches("nonResourceURLs: [/a]", "nonResourceURLs: ['/a*']"));
    EXPECT_FALSE(second_never_matches("nonResourceURLs: ['/ab*']", "nonResourceURLs: [/a]"));
    EXPECT_FALSE(second_never_matches("nonResourceURLs: ['*']", "namespaces: [a]"));
    EXPECT_FALSE(second_never_matches("nonResourceURLs: ['/*']", "nonResourceURLs: ['*']"));
    EXPECT_FALSE(second_never_matches("omitStages: [Panic], users: [a]", "users: [b]"));
}

TEST(Advice, Several_earlier_rules_may_cover_the_entries_of_a_later_one) {
    EXPECT_THAT(
        warnings_of(
            "- {level: None, resources: [{group: a}]}\n- {level: None, resources: [{group: b, resources: [x]}]}\n"
            "- {level: None, resources: [{group: a, resources: [z]}, {group: b, resources: [x], resourceNames: "
            "[web]}]}\n"),
        ElementsAre(HasSubstr("p.yaml:5: rules[2]: never matches")));
}

TEST(Advice, Wildcards_where_there_are_none_are_told) {
    EXPECT_THAT(warnings_of("- {level: None, users: ['system:*']}\n"),
                ElementsAre(HasSubstr("rules[0].users: \"system:*\" is taken literally")));
    EXPECT_THAT(warnings_of("- {level: None, verbs: ['*']}\n"),
                ElementsAre(HasSubstr("rules[0].verbs: \"*\" is taken literally")));
    EXPECT_THAT(warnings_of("- {level: None, namespaces: ['kube-*']}\n"),
                ElementsAre(HasSubstr("rules[0].namespaces")));
    EXPECT_THAT(warnings_of("- {level: None, resources: [{resources: [a], resourceNames: ['x*']}]}\n"),
                ElementsAre(HasSubstr("rules[0].resources[0].resourceNames")));
}

TEST(Advice, Resource_patterns_that_match_nothing_are_told) {
    for (const std::string_view pattern : {"*/*", "pod*", "a/b/c", "pods/", "Pods", "pods/l*", "*/"}) {
        EXPECT_THAT(warnings_of("- {level: None, resources: [{resources: ['" + std::string{pattern} + "']}]}\n"),
                    ElementsAre(HasSubstr("matches no resource")))
            << pattern;
    }
    EXPECT_THAT(warnings_of("- {level: None, resources: [{resources: [pods, pods/log, 'pods/*', '*/log']}]}\n"),
                IsEmpty());
}

TEST(Advice, Verbs_and_names_that_cannot_be_are_told) {
    EXPECT_THAT(warnings_of("- {level: None, verbs: [GET]}\n"),
                ElementsAre(HasSubstr("rules[0].verbs: the rule never matches")));
    EXPECT_THAT(warnings_of("- {level: None, verbs: [post, put], namespaces: [a]}\n"),
                ElementsAre(HasSubstr("rules[0].verbs: the rule never matches")));
    EXPECT_THAT(warnings_of("- {level: None, verbs: [post, create], namespaces: [a]}\n"), IsEmpty());
    EXPECT_THAT(warnings_of("- {level: None, verbs: [post], nonResourceURLs: [/x]}\n"), IsEmpty());
    EXPECT_THAT(
        warnings_of("- {level: None, verbs: [create], resources: [{resources: [configmaps], resourceNames: [a]}]}\n"),
        ElementsAre(HasSubstr("rules[0].resources[0].resourceNames: never matches")));
    EXPECT_THAT(
        warnings_of("- {level: None, verbs: [create], resources: [{resources: [pods/exec], resourceNames: [a]}]}\n"),
        IsEmpty());
}

}  // namespace
}  // namespace auditfwd
