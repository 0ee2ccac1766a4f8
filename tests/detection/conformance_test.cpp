// Falco's own suite, and what its engine was seen to do: cases over its traces, single conditions, and every alert on
// recorded traffic, rule by rule and text by text.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "codecs/event_reader.h"
#include "codecs/json_text.h"
#include "forwarder/base/limits.h"
#include "forwarder/detection/fields/event_fields.h"
#include "forwarder/detection/ruleset.h"
#include "tests/codecs/plain_json.h"
#include "tests/detection/plain_event.h"
#include "tests/detection/shared_data.h"

namespace auditfwd {
namespace {

const std::string kFolder = "conformance/falco/";

std::vector<plain::Member> entries(const std::string& json) {
    return json.empty() ? std::vector<plain::Member>{} : plain::split(json).value_or(std::vector<plain::Member>{});
}
std::string member(const std::string& json, const std::string& name) {
    for (const auto& entry : entries(json)) {
        if (plain::decode(entry.key) == name) return entry.value;
    }
    return {};
}
std::vector<std::string> elements(const std::string& json) {
    std::vector<std::string> out;
    for (const auto& entry : entries(json)) out.push_back(entry.value);
    return out;
}
std::string text(const std::string& raw) { return plain::decode(raw).value_or(std::string{}); }
std::vector<std::string> texts(const std::string& json) {
    std::vector<std::string> out;
    for (const auto& element : elements(json)) out.push_back(text(element));
    return out;
}
std::vector<std::string> lines(const std::string& all) {
    std::vector<std::string> out;
    for (std::size_t at = 0; at < all.size();) {
        const auto end = std::min(all.find('\n', at), all.size());
        if (end != at) out.push_back(all.substr(at, end - at));
        at = end + 1;
    }
    return out;
}

// Rules loaded over the fields of audit events, and what reads one event.
class Engine {
public:
    explicit Engine(std::vector<RuleFile> files) {
        auto table = std::make_unique<EventFieldTable>("node-1");
        auto* const fields = table.get();
        auto loaded = Ruleset::load(std::move(files), std::move(table));
        if (!loaded) {
            error_ = loaded.error().message;
            return;
        }
        rules_ = loaded->rules;
        warnings_ = loaded->warnings;
        fields_.emplace(*fields);
        detector_.emplace(rules_);
    }

    const std::string& error() const { return error_; }
    const std::vector<std::string>& warnings() const { return warnings_; }
    const DetectionRule& rule(std::uint32_t number) const { return rules_->rules()[number]; }

    std::vector<std::uint32_t> detect(const Event& event) {
        fields_->begin(event);
        const auto found = detector_->detect(*fields_);
        return {found.begin(), found.end()};
    }
    // For the event of the last detect().
    std::string output(std::uint32_t number) {
        std::string out;
        rules_->render_output(number, *fields_, out);
        return out;
    }

private:
    std::string error_;
    std::shared_ptr<const Ruleset> rules_;
    std::vector<std::string> warnings_;
    std::optional<EventFields> fields_;
    std::optional<Detector> detector_;
};

template <class OnEvent>
void each_event(std::string body, OnEvent on_event) {
    const auto size = body.size();
    body.append(limits::kPadding, ' ');
    EventReader reader{std::string_view{body}.substr(0, size), Framing::kAny};
    for (auto item = reader.next(); item && item->kind != Item::Kind::kEnd; item = reader.next()) {
        if (item->kind == Item::Kind::kEvent) on_event(reader.event());
    }
}

TEST(Conformance, The_unmodified_rules_load_without_a_warning) {
    const auto rules = shared_file(kFolder + "k8s_audit_rules.yaml");
    if (!rules) GTEST_SKIP() << "the conformance data is not there";
    const Engine engine{{{.name = "k8s_audit_rules.yaml", .text = *rules}}};
    EXPECT_EQ(engine.error(), "");
    EXPECT_TRUE(engine.warnings().empty()) << engine.warnings().front();
}

TEST(Conformance, Every_case_of_the_regression_suite_holds) {
    const auto cases = shared_file(kFolder + "cases.json");
    if (!cases) GTEST_SKIP() << "the conformance data is not there";
    for (const auto& one : elements(*cases)) {
        SCOPED_TRACE(text(member(one, "name")));
        std::vector<RuleFile> files;
        for (const auto& name : texts(member(one, "rules")))
            files.push_back({.name = name, .text = shared_file(kFolder + name).value()});
        Engine engine{std::move(files)};
        ASSERT_EQ(engine.error(), "");
        std::map<std::string, int> found;
        each_event(shared_file(kFolder + text(member(one, "trace"))).value(), [&](const Event& event) {
            for (const auto number : engine.detect(event)) ++found[engine.rule(number).name];
        });
        if (member(one, "detects_nothing") == "true") {
            EXPECT_TRUE(found.empty()) << found.begin()->first;
        }
        for (const auto& expected : entries(member(one, "detects")))
            EXPECT_EQ(std::to_string(found[text(expected.key)]), expected.value) << expected.key;
    }
}

// Those of the file that Falco takes as events, in its order.
std::vector<std::string> condition_events(const std::string& file) {
    std::vector<std::string> out;
    const auto add = [&](const std::string& event) {
        const auto time = text(member(event, "stageTimestamp"));
        if (parse_time_ms(time) != 0) out.push_back(event);
    };
    for (const auto& line : lines(file)) {
        const auto kind = text(member(line, "kind"));
        if (line.front() == '[') {
            for (const auto& event : elements(line)) add(event);
        } else if (kind == "EventList") {
            for (const auto& event : elements(member(line, "items"))) add(event);
        } else if (kind == "Event") {
            add(line);
        }
    }
    return out;
}

RuleFile rule_with(const std::string& condition) {
    std::string quoted = condition;
    for (std::size_t at = 0; (at = quoted.find('\'', at)) != quoted.npos; at += 2) quoted.insert(at, 1, '\'');
    return {.name = "rule.yaml",
            .text = "- rule: r\n  desc: d\n  source: k8s_audit\n  priority: DEBUG\n  output: o\n  condition: '" +
                    quoted + "'\n"};
}

TEST(Conformance, Single_conditions_match_the_events_they_match_in_Falco) {
    const auto conditions = shared_file(kFolder + "conditions.json");
    const auto file = shared_file(kFolder + "conditions-events.ndjson");
    if (!conditions || !file) GTEST_SKIP() << "the conformance data is not there";
    auto events = condition_events(*file);
    for (const auto& one : elements(member(*conditions, "accepted"))) {
        const auto condition = text(member(one, "condition"));
        Engine engine{{rule_with(condition)}};
        EXPECT_EQ(engine.error(), "") << condition;
        if (!engine.error().empty()) continue;
        std::vector<std::string> expected;
        // One event's values end at a NUL there, on purpose not here.
        for (const auto& id : texts(member(one, "fires_on"))) {
            if (id != "nul") expected.push_back(id);
        }
        std::vector<std::string> found;
        for (const auto& event : events) {
            const auto id = member(event, "auditID").empty() ? "None" : text(member(event, "auditID"));
            const auto padded = event + " ";
            const PlainEvent plain{std::string_view{padded}.substr(0, event.size())};
            if (!id.empty() && id != "nul" && !engine.detect(*plain.event()).empty()) found.push_back(id);
        }
        EXPECT_EQ(found, expected) << condition;
    }
}

TEST(Conformance, Conditions_that_Falco_refuses_are_refused) {
    const auto conditions = shared_file(kFolder + "conditions.json");
    if (!conditions) GTEST_SKIP() << "the conformance data is not there";
    for (const auto& one : elements(member(*conditions, "rejected"))) {
        const Engine engine{{rule_with(text(member(one, "condition")))}};
        EXPECT_NE(engine.error(), "") << text(member(one, "condition"));
    }
}

struct Alert {
    std::string audit_id, stage, rule, priority, output, tags;
    bool operator==(const Alert&) const = default;
};
void PrintTo(const Alert& alert, std::ostream* out) {
    *out << alert.audit_id << ' ' << alert.stage << ' ' << alert.rule << ' ' << alert.priority << ' ' << alert.tags
         << ' ' << alert.output;
}

TEST(Conformance, Recorded_traffic_raises_Falcos_alerts_rule_by_rule_and_text_by_text) {
    const auto rules = shared_file(kFolder + "k8s_audit_rules.yaml");
    const auto alerts = shared_file(kFolder + "alerts.kube.ndjson.zst");
    const auto traffic = shared_file("corpus/kube/events.ndjson.zst");
    if (!rules || !alerts || !traffic) GTEST_SKIP() << "the conformance data is not there";
    std::vector<Alert> expected;
    for (const auto& line : lines(*alerts)) {
        std::string tags;
        for (const auto& tag : texts(member(line, "tags"))) tags += tag + " ";
        expected.push_back({text(member(line, "auditID")), text(member(line, "stage")), text(member(line, "rule")),
                            text(member(line, "priority")), text(member(line, "output")), tags});
    }
    Engine engine{{{.name = "k8s_audit_rules.yaml", .text = *rules}}};
    ASSERT_EQ(engine.error(), "");
    std::vector<Alert> found;
    each_event(*traffic, [&](const Event& event) {
        for (const auto number : engine.detect(event)) {
            const auto& rule = engine.rule(number);
            std::string tags;
            for (const auto& tag : rule.tags) tags += tag + " ";
            found.push_back({std::string{event.audit_id}, std::string{to_string(event.stage)}, rule.name,
                             std::string{to_string(rule.priority)}, engine.output(number), tags});
        }
    });
    EXPECT_EQ(found.size(), expected.size());
    int shown = 0;
    for (std::size_t i = 0; i < std::min(found.size(), expected.size()) && shown < 5; ++i) {
        EXPECT_EQ(found[i], expected[i]) << "alert " << i;
        shown += found[i] == expected[i] ? 0 : 1;
    }
}

}  // namespace
}  // namespace auditfwd
