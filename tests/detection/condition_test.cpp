// What conditions mean, event by event.
#include <gtest/gtest.h>

#include "tests/detection/support.h"

namespace auditfwd {
namespace {

const FakeEvent kEvent{{"ka.verb", {"create"}},           {"ka.uri", {"/api/v1/namespaces/ns1/pods?a=b"}},
                       {"ka.useragent", {"Kubectl/v1"}},  {"ka.user.groups", {"dev", "ops"}},
                       {"ka.response.code", {"403"}},     {"ka.target.name", {""}},
                       {"jevt.value[/a b]", {"aGVsbG8"}}, {"jevt.value[u]", {"%2Fa+b%2g%"}}};

TEST(Condition, An_absent_field_makes_every_comparison_false) {
    for (const auto* check : {"ka.user.name exists", "ka.user.name = a", "ka.user.name != a", "ka.user.name < 5",
                              "ka.user.name contains \"\"", "ka.user.name startswith \"\"", "ka.user.name glob *",
                              "ka.user.name regex \".*\"", "ka.user.name in (a)", "ka.user.name pmatch (/)",
                              "ka.sourceips intersects (a)", "ka.sourceips in ()", "len(ka.sourceips) >= 0",
                              "ka.verb = val(ka.user.name)", "ka.verb != val(ka.user.name)"}) {
        EXPECT_FALSE(matches(check, kEvent)) << check;
        EXPECT_TRUE(matches("not " + std::string{check}, kEvent)) << check;
    }
}

TEST(Condition, Compares_text) {
    for (const auto* check : {"ka.verb = create",
                              "ka.verb == create",
                              "ka.verb=create",
                              "ka.verb != get",
                              "ka.verb startswith cre",
                              "ka.verb endswith ate",
                              "ka.verb contains rea",
                              "ka.verb icontains REA",
                              "ka.verb iglob C*E",
                              "ka.verb glob c?eat[a-f]",
                              "ka.verb glob c[!s]*",
                              "ka.verb regex c.*e",
                              "ka.verb in (create, get)",
                              "ka.verb intersects (create)",
                              "ka.verb in(get,create)",
                              "ka.verb exists",
                              "ka.target.name = \"\"",
                              "ka.target.name startswith ''",
                              "ka.uri glob \"/api*pods*\"",
                              "ka.uri pmatch (/api)",
                              "ka.uri pmatch (/x, /api/v1/)",
                              "ka.uri pmatch (/)",
                              "ka.response.code >= 400",
                              "ka.response.code < 50",
                              "ka.response.code startswith 4",
                              "tolower(ka.useragent) startswith kubectl",
                              "toupper(ka.verb) = CREATE",
                              "basename(ka.uri) = \"pods?a=b\"",
                              "b64(jevt.value[\"/a b\"]) = hello",
                              "len(ka.verb) = 6",
                              "urldecode(jevt.value[u]) = \"/a b%2g%\"",
                              "len(ka.user.groups) = 2",
                              "len(ka.user.groups) > 1",
                              "len(ka.user.groups) in (1, 2)",
                              "ka.verb = val(ka.verb)",
                              "ka.verb = tolower(ka.verb)",
                              "ka.verb in val(ka.verb)"}) {
        EXPECT_TRUE(matches(check, kEvent)) << check;
    }
    for (const auto* check :
         {"ka.verb = CREATE", "ka.verb regex rea", "ka.verb glob c?eat[!a-f]", "ka.verb in ()", "ka.verb contains REA",
          "ka.uri pmatch (/ap)", "ka.uri pmatch (/api/v1/namespaces/ns1/pods)", "ka.response.code > 403",
          "b64(ka.verb) = hello", "len(ka.verb) != 6", "ka.verb != create", "ka.verb regex \"[\""}) {
        EXPECT_FALSE(matches(check, kEvent)) << check;
    }
}

TEST(Condition, In_asks_all_elements_of_a_list_and_intersects_any) {
    EXPECT_TRUE(matches("ka.user.groups in (ops, dev, x)", kEvent));
    EXPECT_FALSE(matches("ka.user.groups in (dev)", kEvent));
    EXPECT_TRUE(matches("ka.user.groups intersects (dev)", kEvent));
    EXPECT_FALSE(matches("ka.user.groups intersects (x)", kEvent));
    EXPECT_FALSE(matches("ka.user.groups in ()", kEvent));
    EXPECT_FALSE(matches("ka.user.groups intersects ()", kEvent));
    EXPECT_TRUE(matches("ka.user.groups exists", kEvent));
    EXPECT_TRUE(matches("tolower(ka.user.groups) in (ops, dev)", kEvent));
}

TEST(Condition, And_binds_tighter_than_or_and_not_tighter_than_both) {
    EXPECT_TRUE(matches("ka.verb = create or ka.verb = get and ka.verb = list", kEvent));
    EXPECT_FALSE(matches("(ka.verb = create or ka.verb = get) and ka.verb = list", kEvent));
    EXPECT_TRUE(matches("not ka.verb = get and ka.verb = create", kEvent));
    EXPECT_TRUE(matches("not not ka.verb = create", kEvent));
    EXPECT_TRUE(matches("not(ka.verb=get)and(ka.verb=create)", kEvent));
    EXPECT_FALSE(matches("not (ka.verb = get or (ka.verb = create))", kEvent));
}

TEST(Condition, Quotes_keep_blanks_and_escapes) {
    EXPECT_TRUE(matches(R"(ka.verb = "a b\"c\n\\")", {{"ka.verb", {"a b\"c\n\\"}}}));
    EXPECT_TRUE(matches(R"(ka.verb = 'a "b" \'c')", {{"ka.verb", {"a \"b\" 'c"}}}));
    EXPECT_TRUE(matches("ka.uri startswith /healthz?", {{"ka.uri", {"/healthz?x"}}}));
}

TEST(Condition, Time_is_always_there_and_never_zero) {
    EXPECT_TRUE(matches("jevt.rawtime exists", {}));
    EXPECT_FALSE(matches("not jevt.rawtime exists", {}));
    EXPECT_FALSE(matches("jevt.rawtime=0", {{"jevt.rawtime", {"0"}}}));
}

TEST(Condition, A_deep_one_costs_no_stack) {
    std::string nested(900, '(');
    EXPECT_TRUE(matches(nested + "ka.verb = create" + std::string(900, ')'), kEvent));
    std::string chain{"ka.verb = create"};
    for (int i = 0; i < 5000; ++i) chain += " and not ka.verb = v" + std::to_string(i);
    EXPECT_TRUE(matches(chain, kEvent));
}

struct Rejected {
    const char* condition;
    int column;
    const char* expected;
};

TEST(Condition, What_cannot_be_read_is_told_with_its_column) {
    for (const auto& [condition, column, expected] :
         {Rejected{"ka.verb >= create", 12, "expected a number"},
          Rejected{"ka.req.pod.volumes.hostpath pmatch (/etc)", 29, "pmatch cannot be asked of a list"},
          Rejected{"evt.type = pluginevent", 1, "there is no field evt.type"},
          Rejected{"ka.target.name in (val(ka.user.name))", 23, "expected a comma"},
          Rejected{"ka.user.groups oneof (dev)", 16, "expected an operator"},
          Rejected{"ka.verb startswith anyof (cre, get)", 26, "expected `and`, `or`"},
          Rejected{"ka.user.groups glob d*", 16, "glob cannot be asked of a list"},
          Rejected{"ka.user.groups = dev", 16, "= cannot be asked of a list"},
          Rejected{"ka.nosuch = 1", 1, "there is no field"},
          Rejected{"ka.user.groups[0] = dev", 1, "takes no argument"},
          Rejected{"ka.verb = get AND ka.verb = x", 15, "expected `and`, `or`"},
          Rejected{"ka.verb in (a,)", 15, "expected a value of the list"},
          Rejected{"ka.verb in (,a)", 13, "expected a value of the list"},
          Rejected{"ka.verb in (a", 14, "expected a comma or a closing parenthesis"},
          Rejected{"(ka.verb = a", 13, "expected a closing parenthesis"},
          Rejected{"ka.verb = a)", 12, "expected `and`, `or`"},
          Rejected{"ka.verb = \"a", 11, "not closed"},
          Rejected{"ka.verb = \"a\\q\"", 11, "escape"},
          Rejected{"ka.verb =", 10, "expected a value"},
          Rejected{"ka.verb contains", 9, "expected an operator"},
          Rejected{"ka.verb regex (?i)x", 15, "expected a value"},
          Rejected{"nosuch", 1, "there is no macro"},
          Rejected{"ka.verb bcontains ff", 9, "use contains"},
          Rejected{"len(ka.verb) = abc", 14, "expected a whole number"},
          Rejected{"len(ka.verb) contains 5", 14, "cannot be asked of a number"},
          Rejected{"tolower(len(ka.verb)) = 5", 13, "takes text"},
          Rejected{"ka.verb and and ka.verb = a", 9, "expected an operator"},
          Rejected{"ka.uri.param = a", 1, "needs an argument"}}) {
        const auto text = errors_of("- rule: r\n  desc: d\n  condition: " + std::string{condition} +
                                    "\n  output: o\n  priority: INFO\n  source: k8s_audit\n");
        EXPECT_TRUE(text.starts_with("rules.yaml:3:" + std::to_string(column + 13) + ": rule \"r\": "))
            << condition << "\n"
            << text;
        EXPECT_NE(text.find(expected), text.npos) << condition << "\n" << text;
    }
}

}  // namespace
}  // namespace auditfwd
