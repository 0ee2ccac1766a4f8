// Files made to hurt: each is refused or read in bounded time and depth.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "forwarder/policy/policy.h"
#include "tests/policy/loading_support.h"

namespace auditfwd {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string repeated(std::string_view text, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i) out += text;
    return out;
}

void expect_error(const std::string& text, std::string_view part) {
    for (const bool lenient : {false, true}) {
        EXPECT_THAT(load_outcome(text, lenient).errors, ElementsAre(HasSubstr(std::string{part})))
            << text.substr(0, 200);
    }
}

TEST(HostileFile, Larger_than_a_mebibyte_is_not_read) {
    expect_error(repeated("#", (1 << 20) + 1), "larger than 1 MiB");
    EXPECT_TRUE(load_outcome(policy_with(repeated("# comment\n", 100'000))).ok());
}

TEST(HostileFile, Deep_nesting_stops_after_32_levels) {
    expect_error(policy_with("x: " + repeated("[", 60'000)), "nested too deeply");
    expect_error(policy_with("x: " + repeated("[", 100'000)), "p.yaml:5: a line of more than 64 KiB");
    expect_error(policy_with("x: " + repeated("{a: ", 15'000)), "nested too deeply");
    expect_error(policy_with("x:\n" + repeated("- ", 30'000)), "nested too deeply");
    expect_error(policy_with("x: " + repeated("? ", 30'000)), "p.yaml");
    expect_error("{\"x\":" + repeated("[", 100'000), "nested too deeply");
    expect_error("{\"x\":" + repeated("{\"a\":", 100'000), "nested too deeply");
}

TEST(HostileFile, Aliases_that_multiply_are_counted_before_they_do) {
    std::string text = policy_with("  users: &u0 [x,x,x,x,x,x,x,x,x]\n");
    for (int i = 1; i < 9; ++i) {
        const auto before = "*u" + std::to_string(i - 1);
        text +=
            "x" + std::to_string(i) + ": &u" + std::to_string(i) + " [" + before + repeated("," + before, 8) + "]\n";
    }
    expect_error(text, "too many values");
}

TEST(HostileFile, Merges_that_multiply_are_counted_as_well) {
    std::string text = "x0: &m0 {a: 1, b: 2}\n";
    for (int i = 1; i < 40; ++i) {
        const auto before = "*m" + std::to_string(i - 1);
        text += "x" + std::to_string(i) + ": &m" + std::to_string(i) + " {<<: [" + before + ", " + before + "]}\n";
    }
    expect_error(text, "too many values");
    text = "x: &big {" + repeated("a: 1, ", 10'000) + "}\n";
    expect_error(text + "y:\n" + repeated("- {<<: *big}\n", 10'000), "too many values");
}

TEST(HostileFile, An_alias_inside_itself_is_refused) {
    expect_error("x: &a [*a]\n", "an alias stands inside the value it repeats");
    expect_error("x: &a {b: *a}\n", "an alias stands inside");
    expect_error("&a ? *a\n", "p.yaml");
}

TEST(HostileFile, Hundreds_of_thousands_of_small_values_are_too_many) {
    for (const auto& text : {policy_with("x: [" + repeated("a,a,a,a,a,a,a,a,\n ", 40'000) + "]\n"),
                             "{\"x\":[" + repeated("1,", 500'000) + "1]}"}) {
        EXPECT_THAT(load_outcome(text).errors, ElementsAre(HasSubstr("too many values")));
    }
}

TEST(HostileFile, Thousands_of_unknown_keys_cost_no_square) {
    std::string text = policy_with("");
    for (int i = 0; i < 50'000; ++i) text += "k" + std::to_string(i) + ": 1\n";
    EXPECT_EQ(load_outcome(text).errors.size(), 101u);
}

TEST(HostileFile, Too_many_rules_or_too_large_tables_are_refused) {
    std::string rules = "apiVersion: audit.k8s.io/v1\nrules:\n";
    const auto loads = [](const std::string& text) { return Policy::load(text, "p.yaml", {}); };
    EXPECT_TRUE(loads(rules + repeated("- level: None\n", 4096)));
    EXPECT_THAT(loads(rules + repeated("- level: None\n", 4097)).error().message,
                HasSubstr("p.yaml:1: rules: more than 4096 rules"));
    std::string text = rules + repeated("- {level: None}\n", 4000) + "- level: None\n  users:\n";
    for (int i = 0; i < 60'000; ++i) text += "  - u" + std::to_string(i) + "\n";
    EXPECT_THAT(loads(text).error().message, HasSubstr("more than 16 MiB"));
}

TEST(HostileFile, A_large_policy_loads_and_decides) {
    std::string text = "apiVersion: audit.k8s.io/v1\nrules:\n";
    for (int i = 0; i < 2000; ++i) {
        const auto n = std::to_string(i);
        text += "- {level: Metadata, users: [user-" + n + "], namespaces: [ns-" + n + "], verbs: [get]}\n";
    }
    const auto loaded = Policy::load(text, "p.yaml", {});
    ASSERT_TRUE(loaded);
    const auto decide = [&](std::string_view user, std::string_view uri) {
        return loaded->policy
            ->decide({.request_uri = uri, .verb = "get", .user_name = user, .groups = {}, .has_user = true})
            .rule;
    };
    EXPECT_EQ(decide("user-1999", "/api/v1/namespaces/ns-1999/pods/p"), 2000u);
    EXPECT_EQ(decide("user-64", "/api/v1/namespaces/ns-64/pods/p"), 65u);
    EXPECT_EQ(decide("user-64", "/api/v1/namespaces/ns-65/pods/p"), 0u);
}

}  // namespace
}  // namespace auditfwd
