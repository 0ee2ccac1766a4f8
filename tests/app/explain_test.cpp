#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/app/events.h"
#include "tests/app/program.h"

namespace auditfwd {
namespace {

constexpr std::string_view kPolicy = R"(apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: None
  verbs: [watch]
- level: Request
  verbs: [create]
- level: Metadata
  verbs: [get]
)";

TEST(Explain, Gives_one_line_for_each_item_in_order_and_what_the_policy_decides) {
    const testing::TemporaryDirectory directory;
    const auto policy = write(directory, "policy.yaml", kPolicy);
    const auto uri = "/api/v1/pods";
    const auto input = event("a", uri, "get") + "\n" + event("b", uri, "watch") + "\n" + event("c", uri, "delete") +
                       "\n" + std::string{kNoAuditId} + "\n" + event("d", uri, "create", "RequestReceived") + "\n" +
                       event("e\\u0000\\\"", uri, "create") + "\n" + event("", uri) + "\n";
    const auto ran = auditfwd_run({"explain", "--policy", policy}, input);
    EXPECT_EQ(ran.exit, 1);
    EXPECT_EQ(
        ran.out,
        R"({"auditID":"a","stage":"ResponseComplete","rule":3,"line":9,"level":"Metadata","dropped":false,"removed":["/requestObject"],"detections":[],"n":0}
{"auditID":"b","stage":"ResponseComplete","rule":1,"line":5,"level":"None","dropped":true,"removed":[],"detections":[],"n":1}
{"auditID":"c","stage":"ResponseComplete","rule":null,"level":"None","dropped":true,"removed":[],"detections":[],"n":2}
{"n":3,"rejected":"missing auditID"}
{"auditID":"d","stage":"RequestReceived","rule":2,"line":7,"level":"Request","dropped":true,"removed":[],"detections":[],"n":4}
{"auditID":"e\u0000\"","stage":"ResponseComplete","rule":2,"line":7,"level":"Request","dropped":false,"removed":[],"detections":[],"n":5}
{"n":6,"rejected":"missing auditID"}
)");
    EXPECT_EQ(ran.err, "auditfwd: 2 of 7 items were rejected\n");
}

TEST(Explain, Exits_0_when_every_item_is_an_event) {
    const auto ran = auditfwd_run({"explain"}, event_list(event("a") + "," + event("b")));
    EXPECT_EQ(ran.exit, 0);
    EXPECT_EQ(ran.err, "");
    EXPECT_EQ(std::ranges::count(ran.out, '\n'), 2);
}

TEST(Explain, Numbers_items_over_all_of_a_long_input) {
    std::string input;
    for (int i = 0; i < 10'000; ++i) input += event(std::to_string(i)) + "\n";
    const auto out = auditfwd_run({"explain"}, input).out;
    EXPECT_NE(out.find(R"("auditID":"9999","stage")"), out.npos);
    EXPECT_NE(out.find(R"("n":9999})"), out.npos);
}

}  // namespace
}  // namespace auditfwd
