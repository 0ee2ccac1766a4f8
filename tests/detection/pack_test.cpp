// The rules that come with the program: they load, are tested one by one, and explain themselves.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "codecs/event_reader.h"
#include "forwarder/detection/detections.h"
#include "forwarder/detection/rule_tests.h"

namespace auditfwd {
namespace {

Detections::Loaded built_in() { return Detections::load({built_in_rules()}, {}).value(); }

std::vector<RuleTest> tests() {
    std::ifstream in{AUDITFWD_PACK_TESTS, std::ios::binary};
    std::ostringstream text;
    text << in.rdbuf();
    return read_rule_tests(text.str(), "pack.yaml").value();
}

TEST(Pack, Loads_without_a_warning) { EXPECT_EQ(built_in().warnings, std::vector<std::string>{}); }

TEST(Pack, Has_a_reason_and_an_attack_id_for_every_rule) {
    const auto detections = built_in().detections;
    for (const auto& rule : detections->ruleset().rules()) {
        EXPECT_TRUE(rule.description.ends_with('.')) << rule.name;
        if (rule.priority == Priority::kDebug) continue;  // the ordinary stream
        EXPECT_TRUE(std::ranges::any_of(rule.tags, [](const std::string& tag) { return tag.starts_with("T1"); }))
            << rule.name;
    }
}

TEST(Pack, Every_rule_fires_on_its_event_and_not_on_the_other) {
    const auto detections = built_in().detections;
    const auto& rules = detections->ruleset().rules();
    EventDetector detector{detections};
    std::set<std::string> fired;
    std::set<std::string> quiet;
    for (const auto& test : tests()) {
        SCOPED_TRACE(test.name);
        EventReader reader{test.event, Framing::kAny};
        ASSERT_EQ(reader.next().value().kind, Item::Kind::kEvent);
        detector.detect(reader.event());
        std::set<std::string> found;
        for (const auto rule : detector.rules()) found.insert(rules[rule].name);
        for (const auto& name : test.detects) EXPECT_TRUE(found.contains(name)) << name;
        for (const auto& name : test.quiet) EXPECT_FALSE(found.contains(name)) << name;
        fired.insert(test.detects.begin(), test.detects.end());
        quiet.insert(test.quiet.begin(), test.quiet.end());
    }
    for (const auto& rule : rules) {
        EXPECT_TRUE(fired.contains(rule.name)) << rule.name << " has no event that fires";
        EXPECT_TRUE(quiet.contains(rule.name)) << rule.name << " has no event that does not";
    }
}

TEST(RuleTests, Say_what_is_wrong_with_them) {
    EXPECT_EQ(read_rule_tests("- test: a\n  event: [x]\n  detects: [b]\n", "t.yaml").error().message,
              "t.yaml:2:10: test \"a\": event: expected a mapping, or JSON as a text");
    EXPECT_EQ(read_rule_tests("- test: a\n  event: {}\n", "t.yaml").error().message,
              "t.yaml:1:3: test \"a\": expected detects or quiet");
    EXPECT_EQ(read_rule_tests("a: b\n", "t.yaml").error().message, "t.yaml:1:1: expected a list of tests");
}

TEST(RuleTests, Fill_in_what_an_event_lacks) {
    const auto read =
        read_rule_tests("- test: a\n  event: {verb: get, code: 5, x: [01, null, 'y']}\n  quiet: all\n", "t").value();
    ASSERT_EQ(read.size(), 1u);
    EXPECT_TRUE(read[0].quiet_otherwise);
    EXPECT_TRUE(read[0].event.starts_with(R"({"verb":"get","code":5,"x":["01",null,"y"],"kind":"Event","apiVersion":)"))
        << read[0].event;
}

}  // namespace
}  // namespace auditfwd
