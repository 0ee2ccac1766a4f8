#include "forwarder/detection/output_template.h"

#include <gtest/gtest.h>

#include "tests/detection/fake_fields.h"
#include "tests/detection/support.h"

namespace auditfwd::detection {
namespace {

const FakeEvent kEvent{{"ka.verb", {"create"}},  {"ka.user.name", {"über"}},        {"ka.user.groups", {"g h", "i,j"}},
                       {"ka.target.name", {""}}, {"ka.uri.param[command]", {"ls"}}, {"jevt.value[/a b]", {"quoted"}}};

// The rendered text, or "error at N: …".
std::string rendered(std::string_view text, const FakeEvent& event = kEvent) {
    const auto table = audit_fields();
    CheckProblem error;
    const auto output = OutputTemplate::parse(text, true, *table, error);
    if (!output) return "error at " + std::to_string(error.offset) + ": " + error.text;
    FakeFieldSource source{*table};
    source.event(event);
    std::string out;
    TransformedValues scratch;
    output->render(source, out, scratch);
    return out;
}

TEST(OutputTemplate, Puts_values_where_fields_are_named) {
    EXPECT_EQ(rendered("plain"), "plain");
    EXPECT_EQ(rendered(""), "");
    EXPECT_EQ(rendered("(user=%ka.user.name verb=%ka.verb)"), "(user=über verb=create)");
    EXPECT_EQ(rendered("%ka.verb%ka.verb"), "createcreate");
    EXPECT_EQ(rendered("command=%ka.uri.param[command]."), "command=ls.");
    EXPECT_EQ(rendered("%jevt.value['/a b']"), "quoted");
}

TEST(OutputTemplate, Prints_what_is_absent_empty_or_a_list_as_Falco_does) {
    EXPECT_EQ(rendered("%ka.uri"), "<NA>");
    EXPECT_EQ(rendered("[%ka.target.name]"), "[]");
    EXPECT_EQ(rendered("%ka.user.groups"), "(g h,i,j)");
    EXPECT_EQ(rendered("%ka.user.groups", {{"ka.user.groups", {"", "a", ""}}}), "(a,)");
}

TEST(OutputTemplate, A_field_is_the_longest_name_there_is) {
    EXPECT_EQ(rendered("%ka.verb."), "create.");
    EXPECT_EQ(rendered("%ka.verb.x"), "create.x");
    EXPECT_EQ(rendered("%ka.verbs"), "creates");
    EXPECT_EQ(rendered("%ka.verb[x]"), "create[x]");
    EXPECT_EQ(rendered("%ka.uri.param"), "<NA>.param");
}

TEST(OutputTemplate, A_number_makes_a_text_exactly_so_long_and_cuts_no_character) {
    EXPECT_EQ(rendered("%3ka.verb|"), "cre|");
    EXPECT_EQ(rendered("%8ka.verb|"), "create  |");
    EXPECT_EQ(rendered("%1ka.user.name|"), " |");
    EXPECT_EQ(rendered("%2ka.user.name|"), "ü|");
    EXPECT_EQ(rendered("%2ka.uri|"), "<N|");
}

TEST(OutputTemplate, Takes_transformers_percent_signs_and_a_star) {
    EXPECT_EQ(rendered("%toupper(ka.verb)!"), "CREATE!");
    EXPECT_EQ(rendered("%len( tolower(ka.verb) )"), "6");
    EXPECT_EQ(rendered("%len(ka.user.groups)"), "2");
    EXPECT_EQ(rendered("%toupper(len(ka.verb))"), "error at 1: toupper() takes text, and len() gives a number");
    EXPECT_EQ(rendered("100%% %ka.verb"), "100% create");
    EXPECT_EQ(rendered("*all *%ka.verb"), "all *create");
    EXPECT_EQ(rendered("  a b\n"), "a b");
}

TEST(OutputTemplate, Says_what_is_no_field_and_where) {
    EXPECT_EQ(rendered("ab %ka.nosuch x"), "error at 4: there is no field ka.nosuch");
    EXPECT_EQ(rendered("ab %").substr(0, 34), "error at 4: expected a field behin");
    EXPECT_EQ(rendered("%12").substr(0, 10), "error at 3");
    EXPECT_EQ(rendered("%0ka.verb"), "error at 1: the width of a field is 1 to 1024");
    EXPECT_EQ(rendered("%99999999999999999999ka.verb"), "error at 1: the width of a field is 1 to 1024");
    EXPECT_EQ(rendered("% ka.verb").substr(0, 10), "error at 1");
}

TEST(OutputTemplate, Is_bounded_and_whole_characters_long) {
    std::string text;
    for (int i = 0; i < 9000; ++i) text += "ü";
    const auto out = rendered("%ka.verb %ka.verb", {{"ka.verb", {text}}});
    EXPECT_LE(out.size(), OutputTemplate::kBytesMax);
    EXPECT_TRUE(out.ends_with("ü…"));
    const auto list = rendered("%ka.user.groups", {{"ka.user.groups", {text, text}}});
    EXPECT_EQ(list.size(), OutputTemplate::kListBytesMax);
    EXPECT_TRUE(list.starts_with("(ü") && list.ends_with("ü"));
}

TEST(OutputTemplate, Names_its_fields) {
    const auto table = audit_fields();
    CheckProblem error;
    const auto output = OutputTemplate::parse("%ka.verb %ka.uri %ka.verb", true, *table, error);
    ASSERT_TRUE(output);
    EXPECT_EQ(output->fields().size(), 3u);
    EXPECT_EQ(output->fields()[0], output->fields()[2]);
}

TEST(OutputTemplate, An_unknown_field_in_a_rule_is_an_error_with_its_place) {
    const auto text = std::string{"- rule: r\n  desc: d\n  condition: ka.verb exists\n  output: a %ka.nosuch\n"} +
                      "  priority: WARNING\n  source: k8s_audit\n";
    EXPECT_EQ(errors_of(text), "rules.yaml:4:14: rule \"r\": output: there is no field ka.nosuch");
}

}  // namespace
}  // namespace auditfwd::detection
