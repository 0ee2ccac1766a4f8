// What rules say is rendered from what is kept.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "forwarder/base/limits.h"
#include "forwarder/pipeline/pipeline.h"
#include "tests/codecs/plain_json.h"

namespace auditfwd {
namespace {

constexpr const char* kRules = R"(
- rule: ConfigMap changed
  desc: d
  source: k8s_audit
  priority: WARNING
  tags: [t]
  condition: ka.verb = create
  output: "by %ka.user.name: %ka.req.configmap.obj"
- rule: Second
  desc: d
  source: k8s_audit
  priority: NOTICE
  condition: ka.verb = create
  output: "second \"quoted\""
)";

constexpr std::string_view kEvent =
    R"({"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"RequestResponse","auditID":"a","stage":"ResponseComplete",)"
    R"("requestURI":"/api/v1/namespaces/d/configmaps","verb":"create","user":{"username":"bob"},)"
    R"("objectRef":{"resource":"configmaps","namespace":"d"},"responseStatus":{"code":201},)"
    R"("requestObject":{"kind":"ConfigMap","data":{"k":"hunter2"}}})";

struct Listener final : PipelineObserver {
    void item(const ItemReport& report) override { outputs.assign(report.outputs.begin(), report.outputs.end()); }
    std::vector<std::string> outputs;
};

struct Run {
    std::string records;
    std::vector<std::string> outputs;  // told to the observer
};

Run run(const std::string& policy, bool outputs, bool observed = true) {
    auto detections = Detections::load({{.name = "rules.yaml", .text = kRules}}, {.outputs = outputs}).value();
    const Rules rules{
        .policy =
            Policy::load("apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [" + policy + "]", "p", {}).value().policy,
        .detections = detections.detections};
    std::string body{kEvent};
    body.append(limits::kPadding, ' ');
    const RecordOrigin origin{.cluster = "c", .source = "s", .peer = {}, .trusted = false};
    Listener listener;
    Pipeline pipeline{rules, origin, {body.data(), kEvent.size()}, Framing::kAny, observed ? &listener : nullptr};
    BlockBuilder block;
    EXPECT_TRUE(pipeline.run(block, limits::kBlockBytes));
    return {block.text(), listener.outputs};
}

TEST(RuleOutputs, Say_what_is_kept) {
    const auto all = run("{level: RequestResponse}", true);
    ASSERT_EQ(all.outputs.size(), 2u);
    EXPECT_EQ(all.outputs[0], R"(by bob: {"k":"hunter2"})");
    EXPECT_TRUE(all.records.ends_with(R"(,"outputs":["by bob: {\"k\":\"hunter2\"}","second \"quoted\""]}})"
                                      "\n"))
        << all.records;
    EXPECT_TRUE(plain::valid(all.records));
}

TEST(RuleOutputs, Never_say_what_the_policy_removed) {
    const auto metadata = run("{level: Metadata}", true);
    EXPECT_EQ(metadata.records.find("hunter2"), std::string::npos) << metadata.records;
    EXPECT_EQ(metadata.outputs.at(0), "by bob: <NA>");
}

TEST(RuleOutputs, Of_a_dropped_event_are_those_of_its_metadata) {
    const auto dropped = run("{level: None}", true);
    EXPECT_EQ(dropped.records, "");
    EXPECT_EQ(dropped.outputs.at(0), "by bob: <NA>");
}

TEST(RuleOutputs, Stay_out_of_records_unless_they_are_asked_for) {
    EXPECT_EQ(run("{level: RequestResponse}", false).records.find("outputs"), std::string::npos);
    EXPECT_NE(run("{level: RequestResponse}", true, false).records.find("outputs"), std::string::npos);
}

}  // namespace
}  // namespace auditfwd
