// Rule files: what loads, in which order things count, and what is said about the rest.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/detection/support.h"

namespace auditfwd {
namespace {

std::string shared(const std::string& path) {
    const char* set = std::getenv("AUDITFWD_SHARED");
    const std::filesystem::path root = set ? set : AUDITFWD_SHARED_DEFAULT;
    std::ifstream in{root / "conformance/falco" / path, std::ios::binary};
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

TEST(Loader, Reads_a_file_to_its_end_or_says_where_it_cannot) {
    const auto good = rule("a", "ka.verb exists");
    EXPECT_EQ(errors_of("---\n---\n# nothing\n---\n" + good + "---\n...\n---\n"), "");
    for (const std::string rest : {"]", "}", ": [0]- mac}]r", "- ]\n"}) {
        const auto errors = errors_of(good + rest + "\n" + rule("b", "ka.nosuch exists"));
        EXPECT_TRUE(errors.starts_with("rules.yaml:")) << rest << ": " << errors;
        EXPECT_EQ(std::ranges::count(errors, '\n'), 0) << errors;
    }
}

TEST(Loader, Says_an_error_in_one_line_whatever_stands_in_the_file) {
    const auto errors = errors_of("- rule: \"a\\\n\"\n- list: x\x7f\n  items: [\"\\\x1b\"]\n");
    EXPECT_FALSE(errors.empty());
    EXPECT_EQ(std::ranges::count(errors, '\n'), 0) << errors;
    EXPECT_EQ(errors.find('\x1b'), errors.npos);
}

TEST(Loader, Takes_the_plugins_own_rules_without_a_warning) {
    const auto text = shared("k8s_audit_rules.yaml");
    if (text.empty()) GTEST_SKIP() << "the conformance data is not there";
    const auto loaded = load_rules(text);
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_EQ(loaded->rules->rules().size(), 48u);
    EXPECT_EQ(loaded->warnings, std::vector<std::string>{});
    EXPECT_EQ(detected(*loaded, {{"jevt.value[/stage]", {"ResponseComplete"}}, {"ka.user.name", {"mallory"}}}),
              "Disallowed K8s User");
    EXPECT_EQ(detected(*loaded, {{"jevt.value[/stage]", {"ResponseComplete"}},
                                 {"ka.user.name", {"system:anonymous"}},
                                 {"ka.auth.decision", {"allow"}},
                                 {"ka.uri", {"/api"}},
                                 {"ka.verb", {"create"}},
                                 {"ka.response.code", {"201"}},
                                 {"ka.target.resource", {"pods"}},
                                 {"ka.req.pod.containers.privileged", {"false", "true"}},
                                 {"ka.req.pod.containers.image.repository", {"nginx"}}}),
              "Create Privileged Pod,Anonymous Request Allowed");
}

TEST(Loader, Takes_older_rule_files) {
    const auto text = shared("companions/engine_v4_rules.yaml");
    if (text.empty()) GTEST_SKIP() << "the conformance data is not there";
    const auto loaded = load_rules(text);
    ASSERT_TRUE(loaded) << loaded.error().message;
}

TEST(Loader, Puts_lists_in_as_text) {
    const std::string lists =
        "- list: inner\n  items: [get, \"a b\"]\n"
        "- list: outer\n  items: [inner, list]\n"
        "- list: none\n  items: []\n";
    const auto loaded =
        load_rules(lists + rule("r", "ka.verb in (x, outer) or ka.verb in (none) or ka.verb in (none, y, none)"))
            .value();
    for (const auto* verb : {"x", "get", "a b", "list", "y"})
        EXPECT_EQ(detected(loaded, {{"ka.verb", {verb}}}), "r") << verb;
    for (const auto* verb : {"outer", "inner", "none", ""})
        EXPECT_EQ(detected(loaded, {{"ka.verb", {verb}}}), "") << verb;
}

TEST(Loader, A_list_within_a_list_within_a_list_stays_a_word_and_is_warned_of) {
    const std::string text =
        "- list: a\n  items: [get]\n- list: b\n  items: [a]\n- list: c\n  items: [b]\n" + rule("r", "ka.verb in (c)");
    EXPECT_NE(warnings_of(text).find("rules.yaml:5:3: list \"c\": \"a\" is a list within a list"), std::string::npos)
        << warnings_of(text);
    EXPECT_EQ(detected(load_rules(text).value(), {{"ka.verb", {"a"}}}), "r");
    EXPECT_EQ(detected(load_rules(text).value(), {{"ka.verb", {"get"}}}), "");
}

TEST(Loader, A_macro_that_is_defined_again_changes_those_between) {
    const auto loaded = load_rules(
                            "- macro: m1\n  condition: ka.verb = get\n"
                            "- macro: m2\n  condition: m1 or ka.verb = list\n" +
                            rule("r", "m2") + "- macro: m1\n  condition: ka.verb = watch\n")
                            .value();
    EXPECT_EQ(detected(loaded, {{"ka.verb", {"watch"}}}), "r");
    EXPECT_EQ(detected(loaded, {{"ka.verb", {"get"}}}), "");
}

TEST(Loader, A_macro_sees_only_earlier_macros_and_not_itself) {
    EXPECT_EQ(errors_of("- macro: a\n  condition: b\n- macro: b\n  condition: ka.verb = x\n"),
              "rules.yaml:2:14: macro \"a\": the macro \"b\" is defined only later");
    EXPECT_NE(
        errors_of("- macro: a\n  condition: ka.verb = x\n- macro: b\n  condition: a\n- macro: a\n  condition: b\n")
            .find("uses itself"),
        std::string::npos);
}

TEST(Loader, A_redefined_rule_keeps_its_place) {
    const auto loaded =
        load_rules(rule("a", "ka.verb = x") + rule("b", "ka.verb = y") + rule("a", "ka.verb = y")).value();
    EXPECT_EQ(detected(loaded, {{"ka.verb", {"y"}}}), "a,b");
    EXPECT_EQ(detected(loaded, {{"ka.verb", {"x"}}}), "");
}

TEST(Loader, Appends_and_overrides) {
    const auto base = "- list: l\n  items: [a]\n- macro: m\n  condition: ka.verb in (l)\n" + rule("r", "m");
    const auto with = [&](const std::string& more, const char* verb) {
        const auto loaded = load_rules(base + more);
        if (!loaded) return loaded.error().message;
        return detected(*loaded, {{"ka.verb", {verb}}, {"ka.user.name", {"u"}}});
    };
    EXPECT_EQ(with("- list: l\n  items: [b]\n  append: true\n", "b"), "r");
    EXPECT_EQ(with("- list: l\n  items: [b]\n  override: {items: append}\n", "a"), "r");
    EXPECT_EQ(with("- list: l\n  items: [b]\n  override: {items: replace}\n", "a"), "");
    EXPECT_EQ(with("- macro: m\n  condition: or ka.verb = c\n  override: {condition: append}\n", "c"), "r");
    EXPECT_EQ(with("- rule: r\n  condition: and ka.user.name = v\n  append: true\n", "a"), "");
    EXPECT_EQ(with("- rule: r\n  condition: and ka.user.name = u\n  override: {condition: append}\n", "a"), "r");
    EXPECT_EQ(with("- rule: r\n  condition: ka.verb = z\n  override: {condition: replace}\n", "z"), "r");
    EXPECT_EQ(with("- rule: r\n  enabled: false\n", "a"), "");
    EXPECT_EQ(with("- rule: r\n  enabled: false\n  override: {enabled: replace}\n", "a"), "");
    EXPECT_NE(with("- rule: r\n  priority: INFO\n  override: {priority: append}\n", "a").find("use replace"),
              std::string::npos);
    EXPECT_NE(with("- rule: r\n  desc: x\n  output: y\n  override: {desc: append}\n", "a").find("output is not named"),
              std::string::npos);
    EXPECT_NE(with("- rule: r\n  desc: x\n  override: {desc: append, tags: append}\n", "a").find("there is none"),
              std::string::npos);
    EXPECT_NE(with("- rule: s\n  condition: x\n  append: true\n", "a").find("no rule of this name"), std::string::npos);
    EXPECT_NE(
        with("- rule: r\n  desc: x\n  append: true\n  override: {desc: append}\n", "a").find("cannot stand together"),
        std::string::npos);
}

TEST(Loader, Exceptions_exclude) {
    const auto base = rule("r", "ka.verb = get or ka.verb = list");
    const auto with = [&](const std::string& exceptions, const FakeEvent& event) {
        const auto loaded = load_rules(base + "  exceptions:\n" + exceptions);
        if (!loaded) return loaded.error().message;
        return detected(*loaded, event);
    };
    const FakeEvent alice{{"ka.verb", {"get"}},
                          {"ka.user.name", {"alice"}},
                          {"ka.target.namespace", {"ns1"}},
                          {"ka.user.groups", {"dev", "ops"}}};
    const FakeEvent nobody{{"ka.verb", {"get"}}};
    const std::string single = "  - name: e\n    fields: ka.user.name\n    values: [alice, bob smith]\n";
    EXPECT_EQ(with(single, alice), "");
    EXPECT_EQ(with(single, nobody), "r");
    const std::string pair =
        "  - name: e\n    fields: [ka.user.name, ka.target.namespace]\n    comps: [=, in]\n    values:\n    - [alice, "
        "[ns1, ns2]]\n    - [bob, ns3]\n";
    EXPECT_EQ(with(pair, alice), "");
    EXPECT_EQ(with(pair, {{"ka.verb", {"get"}}, {"ka.user.name", {"bob"}}, {"ka.target.namespace", {"ns1"}}}), "r");
    EXPECT_EQ(with("  - name: e\n    fields: ka.user.groups\n    comps: in\n    values: [dev]\n", alice), "r");
    EXPECT_EQ(with("  - name: e\n    fields: ka.user.groups\n    comps: intersects\n    values: [dev]\n", alice), "");
    EXPECT_EQ(with("  - name: e\n    fields: ka.user.name\n", alice), "r");
    EXPECT_EQ(
        with(single + "- rule: r\n  exceptions:\n  - name: e\n    values: [carol]\n  override: {exceptions: append}\n",
             {{"ka.verb", {"get"}}, {"ka.user.name", {"carol"}}}),
        "");
    EXPECT_NE(
        with("  - name: e\n    fields: [ka.user.name, ka.verb]\n    values: [[a]]\n", alice).find("as many values"),
        std::string::npos);
    EXPECT_NE(with("  - name: e\n    fields: ka.nosuch\n", alice).find("there is no field"), std::string::npos);
    EXPECT_NE(with("  - name: e\n    fields: ka.verb\n    comps: startswith\n    values: [a]\n", alice)
                  .find("in, intersects or pmatch"),
              std::string::npos);
}

TEST(Loader, Says_what_is_wrong_and_where) {
    const auto tail = std::string{"\n  output: o\n  priority: INFO\n  source: k8s_audit\n"};
    EXPECT_EQ(errors_of("- rule: r\n  desc: d\n  condition: >\n    ka.verb = get\n    and nosuch" + tail),
              "rules.yaml:5:9: rule \"r\": there is no macro \"nosuch\"");
    EXPECT_EQ(errors_of("- rule: r\n  desc: d\n  condition: \"ka.verb = 'a b' and ka.nope exists\"" + tail),
              "rules.yaml:3:35: rule \"r\": there is no field ka.nope");
    EXPECT_EQ(errors_of("- rule: r\n  condition: ka.verb = a" + tail),
              "rules.yaml:1:3: rule \"r\": expected a key desc");
    EXPECT_NE(errors_of("- rule: r\n  desc: d\n  condition: ka.verb = a\n  output: o\n  priority: high\n")
                  .find("rules.yaml:5:13: rule \"r\": expected a priority"),
              std::string::npos);
    EXPECT_NE(errors_of("a: b\n").find("expected a list of rules"), std::string::npos);
    EXPECT_NE(errors_of("- rule: [\n").find("not YAML"), std::string::npos);
    EXPECT_NE(errors_of("- required_engine_version: 99\n").find("this is 0.63.0"), std::string::npos);
    EXPECT_NE(errors_of("- required_plugin_versions:\n  - {name: k8saudit, version: 0.19.0}\n").find("k8saudit 0.18.0"),
              std::string::npos);
    EXPECT_EQ(errors_of("- required_engine_version: 0.26.0\n- required_plugin_versions:\n  - {name: x, version: 1.0.0, "
                        "alternatives: [{name: json, version: 0.6.0}]}\n"),
              "");
    EXPECT_EQ(errors_of(""), "");
    EXPECT_EQ(errors_of("---\n---\n- list: a\n  items: []\n---\n- list: b\n  items: []\n"), "");
}

TEST(Loader, Warns_of_what_it_leaves_out) {
    EXPECT_NE(warnings_of("- nonsense: 1\n").find("ignored"), std::string::npos);
    EXPECT_EQ(warnings_of(rule("r", "ka.verb = x") + "  colour: red\n"),
              "rules.yaml:8:3: rule \"r\": unknown key \"colour\", ignored");
    EXPECT_NE(warnings_of("- macro: m\n  condition: ka.verb = x\n").find("nothing uses it"), std::string::npos);
    EXPECT_NE(warnings_of("- list: m\n  items: [x]\n").find("nothing uses it"), std::string::npos);
    EXPECT_NE(warnings_of(rule("r", "ka.verb regex \"(\"")).find("never matches"), std::string::npos);
    EXPECT_NE(warnings_of("- rule: r\n  desc: d\n  condition: a.b = c\n  output: o\n  priority: INFO\n  source: aws\n")
                  .find("unknown source"),
              std::string::npos);
    EXPECT_NE(errors_of("- rule: r\n  desc: d\n  condition: ka.verb = c\n  output: o\n  priority: INFO\n")
                  .find("write `source: k8s_audit`"),
              std::string::npos);
    EXPECT_NE(warnings_of("- rule: r\n  desc: d\n  condition: proc.name = c\n  output: o\n  priority: INFO\n")
                  .find("left out"),
              std::string::npos);
    EXPECT_NE(warnings_of(rule("r", "ka.nosuch = x") + "  skip-if-unknown-filter: true\n").find("left out"),
              std::string::npos);
}

TEST(Loader, Several_files_count_as_one) {
    std::vector<RuleFile> files{{.name = "a.yaml", .text = "- list: l\n  items: [a]\n" + rule("r", "ka.verb in (l)")},
                                {.name = "b.yaml", .text = "- list: l\n  items: [b]\n  override: {items: append}\n"}};
    EXPECT_EQ(detected(Ruleset::load(files, audit_fields()).value(), {{"ka.verb", {"b"}}}), "r");
    files.push_back({.name = "c.yaml", .text = "- rule: r\n  condition: or\n  override: {condition: append}\n"});
    EXPECT_EQ(Ruleset::load(files, audit_fields()).error().message,
              "c.yaml:2:16: rule \"r\": expected a field, a macro or an opening parenthesis");
}

TEST(Loader, Bounds_what_lists_and_macros_blow_up_to) {
    std::string text = "- list: l0\n  items: [" + std::string(1000, 'x') + "]\n";
    std::string items;
    for (int i = 0; i < 5000; ++i) items += i == 0 ? "l0" : ", l0";
    text += "- list: l1\n  items: [" + items + "]\n" + rule("r", "ka.verb in (l1)");
    EXPECT_NE(errors_of(text).find("too long once its lists are put in"), std::string::npos);
    std::string macros = "- macro: m0\n  condition: ka.verb = x or ka.verb = y\n";
    for (int i = 1; i < 200; ++i) {
        const auto below = "m" + std::to_string(i - 1);
        macros += "- macro: m" + std::to_string(i) + "\n  condition: (" + below + " and not ka.uri = a" +
                  std::to_string(i) + ") or (not ka.uri = b" + std::to_string(i) + " and " + below + ")\n";
    }
    EXPECT_EQ(detected(load_rules(macros + rule("r", "m199")).value(), {{"ka.verb", {"x"}}}), "r");
}

TEST(Loader, Says_why_a_rule_matched) {
    const auto loaded = load_rules("- macro: m\n  condition: ka.verb = get or ka.verb = list\n" +
                                   rule("r", "m and not ka.user.name startswith system:"))
                            .value();
    FakeFieldSource source{loaded.rules->fields()};
    source.event({{"ka.verb", {"list"}}, {"ka.user.name", {"eve"}}});
    EXPECT_EQ(loaded.rules->because(0, source),
              (std::vector<std::string>{"not ka.user.name startswith system:", "ka.verb = list"}));
    source.event({{"ka.verb", {"list"}}, {"ka.user.name", {"system:x"}}});
    EXPECT_TRUE(loaded.rules->because(0, source).empty());
}

}  // namespace
}  // namespace auditfwd
