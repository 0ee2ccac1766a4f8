// The dialect: YAML 1.1 as Kubernetes reads it, through a library that reads another one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "forwarder/policy/yaml_scalar.h"
#include "tests/policy/loading_support.h"

namespace auditfwd {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

void expect_kind(Node::Kind kind, std::initializer_list<std::string_view> texts) {
    for (const auto text : texts) EXPECT_EQ(plain_scalar_kind(text), kind) << text;
}

TEST(YamlScalar, Booleans_are_those_of_YAML_1_1) {
    expect_kind(Node::Kind::kBool,
                {"y",  "Y",  "yes", "Yes", "YES", "n",    "N",    "no",   "No",    "NO",    "on",
                 "On", "ON", "off", "Off", "OFF", "true", "True", "TRUE", "false", "False", "FALSE"});
    expect_kind(Node::Kind::kString, {"tRue", "yES", "oN", "t", "f", "yesterday", "none"});
    EXPECT_TRUE(plain_boolean("y"));
    EXPECT_TRUE(plain_boolean("On"));
    EXPECT_FALSE(plain_boolean("n"));
    EXPECT_FALSE(plain_boolean("OFF"));
}

TEST(YamlScalar, Nulls_are_five) {
    expect_kind(Node::Kind::kNull, {"", "~", "null", "Null", "NULL"});
    expect_kind(Node::Kind::kString, {"nULL", "nil", "~~"});
}

TEST(YamlScalar, Numbers_have_many_forms) {
    expect_kind(Node::Kind::kNumber, {"0",
                                      "-0",
                                      "+1",
                                      "123",
                                      "1_000",
                                      "1__0",
                                      "1_",
                                      "017",
                                      "08",
                                      "0o17",
                                      "0O17",
                                      "0x1f",
                                      "0X1F",
                                      "0x_1",
                                      "0b101",
                                      "0B1",
                                      "-0b1",
                                      "0b-1",
                                      "0b+1",
                                      "1.5",
                                      "1.",
                                      ".5",
                                      "-.5",
                                      "+.5",
                                      ".5_0",
                                      "1e3",
                                      "1E+3",
                                      "5.e1",
                                      "1e-400",
                                      "18446744073709551615",
                                      "18446744073709551616",
                                      "-9223372036854775809",
                                      "0777777777777777777777777",
                                      "-0x8000000000000000",
                                      "0xFFFFFFFFFFFFFFFF",
                                      ".inf",
                                      "-.Inf",
                                      "+.INF",
                                      ".nan",
                                      ".NaN"});
}

TEST(YamlScalar, What_only_looks_like_a_number_is_a_string) {
    expect_kind(Node::Kind::kString, {"1:30",
                                      "2001-01-01",
                                      "1e",
                                      "1e+",
                                      "e3",
                                      "-",
                                      "+",
                                      "-a",
                                      "--1",
                                      "+-1",
                                      "_1",
                                      "._5",
                                      ".5_",
                                      ".",
                                      "..",
                                      "0x",
                                      "0xg",
                                      "0b",
                                      "0b12",
                                      "0b+-1",
                                      "-0b-1",
                                      "0o-1",
                                      "0.1.2",
                                      "1,000",
                                      "1e400",
                                      "+0xFFFFFFFFFFFFFFFF",
                                      "0x10000000000000000",
                                      "-0x8000000000000001",
                                      "0o2000000000000000000000",
                                      ".iNf",
                                      "+.nan",
                                      "=",
                                      "<<",
                                      "0x1p3"});
}

std::vector<std::string> users_of(std::string_view lines) {
    auto outcome = load_outcome(policy_with(lines));
    return outcome.ok() ? outcome.set.rules[0].users : outcome.errors;
}

TEST(Yaml, Quoted_scalars_and_blocks_are_strings) {
    EXPECT_THAT(users_of("  users: ['yes', \"1\", 'it''s', \"\\u00e9\\x41\"]\n"),
                ElementsAre("yes", "1", "it's", "\u00e9A"));
    EXPECT_THAT(users_of("  users:\n  - >-\n    a\n    b\n  - |\n    c\n  - |-\n    1\n"),
                ElementsAre("a b", "c\n", "1"));
    EXPECT_THAT(users_of("  users:\n  - a\n    b\n  - \"c\n    d\"\n"), ElementsAre("a b", "c d"));
}

TEST(Yaml, Tags_choose_the_type) {
    EXPECT_THAT(users_of("  users: [!!str yes, !!str 1, !mine x, !!null '']\n"), ElementsAre("yes", "1", "x", ""));
    EXPECT_THAT(users_of("  users: [!!bool yes]\n"), ElementsAre(HasSubstr("found the boolean yes")));
    EXPECT_THAT(users_of("  users: [!!int '5']\n"), ElementsAre(HasSubstr("found the number")));
    EXPECT_THAT(users_of("  users: [!!int x]\n"), ElementsAre(HasSubstr("\"x\" is no !!int")));
    EXPECT_THAT(users_of("  users: [!!binary aGk=]\n"), ElementsAre(HasSubstr("is no !!binary")));
}

TEST(Yaml, Anchors_aliases_and_merge_keys_work) {
    const auto outcome = load_outcome(R"(apiVersion: audit.k8s.io/v1
rules:
- &a {level: None, users: &u [x]}
- {<<: *a}
- level: Metadata
  users: *u
- <<: [{level: Request}, {verbs: [get]}]
)");
    ASSERT_TRUE(outcome.ok()) << outcome.errors[0];
    ASSERT_EQ(outcome.set.rules.size(), 4u);
    EXPECT_THAT(outcome.set.rules[1].users, ElementsAre("x"));
    EXPECT_THAT(outcome.set.rules[2].users, ElementsAre("x"));
    EXPECT_EQ(outcome.set.rules[3].level, Level::kRequest);
    EXPECT_THAT(outcome.set.rules[3].verbs, ElementsAre("get"));
}

TEST(Yaml, A_key_beside_a_merged_one_is_a_duplicate) {
    const std::string text = "apiVersion: audit.k8s.io/v1\nrules:\n- &a {level: None}\n- level: Metadata\n  <<: *a\n";
    EXPECT_THAT(load_outcome(text).errors, ElementsAre(HasSubstr("rules[1].level: given twice")));
    EXPECT_EQ(load_outcome(text, true).set.rules[1].level, Level::kNone) << "what stands later counts";
    EXPECT_THAT(load_outcome(policy_with("  <<: [x]\n")).errors, ElementsAre(HasSubstr("`<<` merges mappings")));
    EXPECT_THAT(load_outcome(policy_with("  '<<': {users: [a]}\n")).errors, ElementsAre(HasSubstr("unknown field")));
}

TEST(Yaml, Byte_order_mark_CRLF_comments_and_explicit_keys_work) {
    EXPECT_TRUE(
        load_outcome("\xEF\xBB\xBF# c\r\n---\r\napiVersion: audit.k8s.io/v1\r\nrules:\r\n- level: None\r\n").ok());
    EXPECT_TRUE(load_outcome("# c\n{\"apiVersion\":\"audit.k8s.io/v1\",\"rules\":[{\"level\":\"None\"}]}").ok());
    EXPECT_TRUE(load_outcome("%YAML 1.1\n---\n? apiVersion\n: audit.k8s.io/v1\n? rules\n: - level:\tNone\n").ok());
    EXPECT_THAT(users_of("  ? users\n"), testing::IsEmpty());
    EXPECT_THAT(users_of("  users: [a,\n    b,\n  c] # d\n"), ElementsAre("a", "b", "c"));
}

struct BadText {
    std::string_view text;
    std::string_view error;
};

// `error` is a part of the only error, in both ways of loading.
void expect_refused(const std::vector<BadText>& cases) {
    for (const auto& [text, error] : cases) {
        for (const bool lenient : {false, true}) {
            EXPECT_THAT(load_outcome(text, lenient).errors, ElementsAre(HasSubstr(error))) << text;
        }
    }
}

TEST(Yaml, Text_that_is_no_YAML_is_told_with_its_line) {
    expect_refused({
        {"apiVersion: audit.k8s.io/v1\nrules: [\n", "not YAML"},
        {"apiVersion: audit.k8s.io/v1\nrules:\n\t- level: None\n", "p.yaml:3"},
        {policy_with("  users: [*nobody]\n"), "p.yaml:5: not YAML"},
        {policy_with("  users: [%x]\n"), "p.yaml:5: not YAML"},
        {policy_with("  users: [@x]\n"), "p.yaml:5: not YAML"},
        {policy_with("  users: [`x]\n"), "p.yaml:5: not YAML"},
        {policy_with("  users:\n  - |x\n"), "p.yaml:6: not YAML"},
        {policy_with("  users: [.inf]\n"), "p.yaml:5: \".inf\" is no value"},
        {policy_with("  users: [! yes]\n"), "p.yaml:5: the tag \"!\""},
        {policy_with("  users: [!a,b]\n"), "p.yaml:5: the tag \"!a,b]\""},
    });
}

// Each of these would load and drop a constraint or a rule if yaml-cpp alone were asked.
TEST(Yaml, Text_that_would_silently_mean_less_is_refused) {
    expect_refused({
        {policy_with("  users: [\"a]\n- level: None\n"), "p.yaml"},
        {policy_with("  users:\n  - \"a\n- level: None\n"), "not YAML"},
        {policy_with("  users:\n  - 'a\n"), "not YAML"},
        {policy_with("  users\n"), "p.yaml:5: not YAML: no colon behind \"users\""},
        {policy_with("  users"), "p.yaml:5: not YAML: no colon behind \"users\""},
        {policy_with("  'users'\n"), "p.yaml:5: not YAML"},
        {policy_with("  users: [a,,b]\n"), "p.yaml:5: not YAML: nothing between two commas"},
        {policy_with("  users: [,]\n"), "p.yaml:5: not YAML: nothing between two commas"},
        {policy_with("  users:\n%  - alice\n"), "p.yaml:6: \"%  - alice\" is no directive"},
        {"%YAML 1.2\n---\n" + policy_with(""), "p.yaml:1: \"%YAML 1.2\" is no directive"},
        {"- x\n" + policy_with(""), "p.yaml:2"},
        {policy_with("]\n"), "p.yaml:5"},
        {policy_with(",\n"), "p.yaml:5"},
    });
}

TEST(Yaml, Characters_that_readers_disagree_on_are_refused) {
    using namespace std::string_literals;
    expect_refused({
        {policy_with("  users: [\"\xFF\"]\n"), "p.yaml:5: not UTF-8"},
        {policy_with("  users: [\"\xC0\xAF\"]\n"), "not UTF-8"},
        {policy_with("  users: [\"\xED\xA0\x80\"]\n"), "not UTF-8"},
        {policy_with("  users: [\"\xF4\x90\x80\x80\"]\n"), "not UTF-8"},
        {policy_with("  users: [\"\xE2\x80"), "not UTF-8"},
        {policy_with("  users: [a]\n\0more\n"s), "p.yaml:6: the character U+0000"},
        {policy_with("  users: [a]\n\x04\n- level: None\n"), "p.yaml:6: the character U+0004"},
        {policy_with("  users: [a\x7F]\n"), "the character U+007F"},
        {policy_with("  # c\xE2\x80\xA8  users: [a]\n"), "p.yaml:5: the character U+2028"},
        {policy_with("  # c\xC2\x85  users: [a]\n"), "the character U+0085"},
        {policy_with("  users: [\xEF\xBB\xBF]\n"), "the character U+FEFF"},
        {policy_with("  users: [a]\r  verbs: [get]\n"), "p.yaml:5: a carriage return"},
    });
    EXPECT_THAT(users_of("  users: [\"\\0\", \xF0\x9F\x98\x80]\n"), ElementsAre("\0"s, "\xF0\x9F\x98\x80"));
}

TEST(Yaml, A_second_document_is_an_error_or_a_warning) {
    for (const std::string_view rest : {"---\nrules: []\n", "...\ngarbage\n", "---\n---\nx: 1\n", "---\n[\n", "--- x\n",
                                        "...\n---\n...\nx\n", "---\n\"\n"}) {
        const auto text = policy_with("") + std::string{rest};
        EXPECT_THAT(load_outcome(text).errors, ElementsAre(HasSubstr("a second document; only the first counts")))
            << rest;
        const auto outcome = load_outcome(text, true);
        EXPECT_TRUE(outcome.ok()) << rest;
        EXPECT_THAT(outcome.warnings, ElementsAre(HasSubstr("a second document"))) << rest;
    }
    for (const std::string_view rest : {"---\n", "...\n", "---\n---\n", "---\n# comment\n", "...\n\n"}) {
        EXPECT_TRUE(load_outcome(policy_with("") + std::string{rest}).ok()) << rest;
    }
    EXPECT_THAT(load_outcome("---\n---\n" + policy_with(""), true).errors,
                ElementsAre(HasSubstr("empty first document")));
}

}  // namespace
}  // namespace auditfwd
