// A sink's policy against the same policy at the intake: what is left of an event is the same, byte for byte.
#include "forwarder/pipeline/lowering.h"

#include <gtest/gtest.h>

#include "tests/codecs/random_event.h"
#include "tests/pipeline/support.h"

namespace auditfwd {
namespace {

using Left = Lowering::Left;

std::shared_ptr<const Policy> policy_of(const std::string& rules) {
    return Policy::load("apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n" + rules, "p", {}).value().policy;
}

const std::string kMixed = R"(
- {level: None, users: [bob], verbs: [get]}
- {level: None, nonResourceURLs: [/healthz*]}
- {level: RequestResponse, omitManagedFields: true, resources: [{group: apps}]}
- {level: Request, verbs: [create, update], omitStages: [RequestReceived]}
- {level: RequestResponse, resources: [{group: "", resources: [pods]}]}
- {level: Metadata, omitStages: [ResponseStarted]}
)";

RecordView view_of(std::string_view json, Level level) {
    return {Offset{1}, json, {.bytes = static_cast<std::uint32_t>(json.size()), .level = level}};
}

// Without the forwarder's own member, which comes last.
std::string_view event_of(std::string_view record) { return record.substr(0, record.rfind(",\"auditfwd\":{")); }

TEST(Lowering, Leaves_what_the_same_policy_leaves_at_the_intake) {
    const auto seed = test_seed();
    const auto everything = Policy::built_in("all");
    const std::shared_ptr<const Policy> policies[] = {policy_of(kMixed), Policy::built_in("metadata"),
                                                      Policy::built_in("eks"), everything};
    std::size_t less = 0, whole = 0, nothing = 0;
    for (std::uint64_t round = 0; round < 400; ++round) {
        RandomEvent random{seed + round};
        const auto body = random.event({.lines = true, .faults = false, .hostile = random.chance(50)});
        const auto stored = run_pipeline(body, Framing::kLines, *everything);
        if (stored.records.empty()) continue;
        for (const auto& policy : policies) {
            const auto direct = run_pipeline(body, Framing::kLines, *policy);
            Lowering lowering{policy};
            auto record =
                view_of(stored.records[0], stored.facts.empty() ? Level::kRequestResponse : stored.facts[0].level);
            const auto left = lowering.lower(record);
            ASSERT_EQ(left == Left::kNothing, direct.records.empty()) << stored.records[0];
            (left == Left::kAll ? whole : left == Left::kLess ? less : nothing) += 1;
            if (left == Left::kNothing) continue;
            ASSERT_EQ(event_of(record.json), event_of(direct.records[0]));
            ASSERT_EQ(record.json == stored.records[0], left == Left::kAll);
            ASSERT_EQ(record.facts.bytes, record.json.size());
            // Nothing more goes the second time.
            const std::string once{record.json};
            auto again = view_of(once, record.facts.level);
            ASSERT_EQ(lowering.lower(again), Left::kAll) << once;
        }
    }
    EXPECT_GT(less, 20u);
    EXPECT_GT(whole, 20u);
    EXPECT_GT(nothing, 5u);
}

constexpr std::string_view kHead =
    R"({"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Request","auditID":"a","stage":"ResponseComplete",)"
    R"("requestURI":"/api/v1/namespaces/d/pods","verb":"create","user":{"username":"u"},)";

std::string lowered(const std::string& json, const std::shared_ptr<const Policy>& policy) {
    Lowering lowering{policy};
    auto record = view_of(json, Level::kRequest);
    return lowering.lower(record) == Left::kNothing ? "" : std::string{record.json};
}

TEST(Lowering, The_intakes_rule_stays_and_removals_are_joined) {
    const auto record =
        std::string{kHead} + R"("requestObject":{"a":1},"auditfwd":{"cluster":"c","rule":7,"removed":["/x"]}})";
    EXPECT_EQ(
        lowered(record, Policy::built_in("metadata")),
        R"({"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"a","stage":"ResponseComplete",)"
        R"("requestURI":"/api/v1/namespaces/d/pods","verb":"create","user":{"username":"u"},)"
        R"("auditfwd":{"cluster":"c","rule":7,"removed":["/x","/requestObject"]}})");
}

TEST(Lowering, Never_raises) {
    const auto record = std::string{kHead} + R"("requestObject":{"a":1},"auditfwd":{"cluster":"c"}})";
    EXPECT_EQ(lowered(record, Policy::built_in("all")), record);
}

TEST(Lowering, What_redaction_took_or_the_intake_could_not_read_is_never_dropped_and_has_no_bodies) {
    for (const auto* const flag : {"masked", "unreadable"}) {
        const auto record = std::string{kHead} + R"("requestObject":{"a":1},"auditfwd":{")" + flag + R"(":true}})";
        for (const auto* const rules : {"- level: None", "- level: RequestResponse"}) {
            const auto left = lowered(record, policy_of(rules));
            EXPECT_NE(left, "") << flag;
            EXPECT_EQ(left.find("requestObject\":"), std::string::npos) << left;
        }
    }
}

TEST(Lowering, Texts_of_rules_go_with_what_they_may_quote) {
    const auto tail = std::string{R"("auditfwd":{"cluster":"c","detections":["R"],"outputs":["saw hunter2"]}})"};
    const auto record = std::string{kHead} + R"("requestObject":{"password":"hunter2"},)" + tail;
    const auto left = lowered(record, Policy::built_in("metadata"));
    EXPECT_EQ(left.find("hunter2"), std::string::npos) << left;
    EXPECT_NE(left.find(R"("detections":["R"])"), std::string::npos) << left;
}

TEST(Lowering, Of_a_split_record_the_first_part_alone_is_left) {
    const std::string piece =
        R"({"auditID":"a","stage":"ResponseComplete","requestReceivedTimestamp":"x","stageTimestamp":"y",)"
        R"("auditfwd":{"cluster":"c","part":{"n":2,"of":2,"id":"f"},"piece":"hunter2"}})";
    EXPECT_EQ(lowered(piece, Policy::built_in("all")), "");
    const auto first =
        std::string{kHead} + R"("requestObject":{"a":1},"auditfwd":{"cluster":"c","part":{"n":1,"of":2,"id":"f"}}})";
    const auto left = lowered(first, Policy::built_in("metadata"));
    EXPECT_NE(left.find(R"("part":{"n":1,"of":2,"id":"f"})"), std::string::npos) << left;
    EXPECT_EQ(left.find("requestObject\":"), std::string::npos) << left;
}

TEST(Lowering, What_is_no_event_is_not_passed_on) {
    for (const auto* const text : {"", "x", "{}", "[1]", R"({"auditID":"a"})"})
        EXPECT_EQ(lowered(text, Policy::built_in("all")), "");
}

}  // namespace
}  // namespace auditfwd
