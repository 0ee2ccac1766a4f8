// Detections as a user sees them: in records, in explanations, in `auditfwd rules`.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/app/events.h"
#include "tests/app/program.h"
#include "tests/support/temporary_directory.h"

namespace auditfwd {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto kRules =
    "- macro: read\n  condition: ka.verb in (get, list)\n"
    "- rule: Second\n  desc: d\n  condition: read\n  output: o\n  priority: Informational\n  source: k8s_audit\n"
    "  tags: [b, a]\n"
    "- rule: First \"quoted\"\n  desc: d\n  condition: read and ka.uri startswith /api\n  output: o\n  priority: "
    "ERROR\n"
    "  source: k8s_audit\n  tags: [c, a]\n";

TEST(Rules, Are_named_in_the_record_with_the_highest_priority_and_all_tags) {
    const testing::TemporaryDirectory directory;
    const auto rules = write(directory, "rules.yaml", kRules);
    const auto ran = auditfwd_run({"pipe", "--policy", "all", "--rules", rules},
                                  event("a", "/api/v1/pods", "get") + "\n" + event("b", "/x", "delete") + "\n");
    EXPECT_EQ(ran.exit, 0) << ran.err;
    EXPECT_THAT(ran.out,
                HasSubstr(R"("detections":["Second","First \"quoted\""],"priority":"Error","tags":["a","b","c"])"));
    EXPECT_EQ(ran.out.find("detections", ran.out.find('\n')), std::string::npos);
}

TEST(Rules, Are_explained_also_for_an_event_that_is_dropped) {
    const testing::TemporaryDirectory directory;
    const auto rules = write(directory, "rules.yaml", kRules);
    const auto policy =
        write(directory, "policy.yaml", "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: None\n");
    const auto ran = auditfwd_run({"explain", "--policy", policy, "--rules", rules}, event("a", "/x", "get") + "\n");
    EXPECT_THAT(ran.out, HasSubstr(R"("dropped":true)"));
    EXPECT_THAT(ran.out, HasSubstr(R"("detections":[{"rule":"Second","priority":"Informational","tags":["a","b"],)"));
    EXPECT_THAT(ran.out, HasSubstr("\"because\":[\"ka.verb in (get, list)\"]}"));
}

TEST(Rules, Keep_a_dropped_event_at_metadata_when_asked) {
    const testing::TemporaryDirectory directory;
    const auto rules = write(directory, "rules.yaml", kRules);
    const auto policy =
        write(directory, "policy.yaml", "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: None\n");
    const auto config = write(directory, "config.yaml",
                              "policy: " + policy + "\nrules: [" + rules + "]\ndropped_but_detected: metadata\n");
    const auto ran =
        auditfwd_run({"pipe", "--config", config}, event("a", "/x", "get") + "\n" + event("b", "/x", "delete") + "\n");
    EXPECT_THAT(ran.out, HasSubstr(R"("level":"Metadata")"));
    EXPECT_THAT(ran.out, HasSubstr(R"("auditID":"a")"));
    EXPECT_THAT(ran.out, HasSubstr(R"("detections":["Second"])"));
    EXPECT_THAT(ran.out, Not(HasSubstr(R"("auditID":"b")")));
}

TEST(Rules, Are_listed_checked_and_tested) {
    const testing::TemporaryDirectory directory;
    const auto rules = write(directory, "rules.yaml", kRules);
    const auto tests =
        write(directory, "tests.yaml",
              "- test: a read\n  event: {verb: get, requestURI: /api}\n  detects: [Second, 'First \"quoted\"']\n"
              "- test: nothing else\n  event: {verb: get, requestURI: /x}\n  detects: [Second]\n  quiet: all\n");
    EXPECT_THAT(auditfwd_run({"rules", "list", "--rules", rules}, "").out,
                HasSubstr("Error         First \"quoted\"\n"));
    EXPECT_THAT(auditfwd_run({"rules", "list"}, "").out, HasSubstr("Exec into a pod"));
    EXPECT_EQ(auditfwd_run({"rules", "check", rules}, "").out, "2 rules\n");
    EXPECT_EQ(auditfwd_run({"rules", "test", "--rules", rules, tests}, "").out, "2 tests, 0 failed\n");
    const auto wrong =
        write(directory, "wrong.yaml",
              "- test: w\n  event: {verb: get}\n  detects: ['First \"quoted\"', Third]\n  quiet: [Second]\n");
    const auto ran = auditfwd_run({"rules", "test", "--rules", rules, wrong}, "");
    EXPECT_EQ(ran.exit, 1);
    EXPECT_EQ(ran.out, "1 tests, 1 failed\n");
    EXPECT_THAT(ran.err, HasSubstr("wrong.yaml:1: w: \"First \"quoted\"\" did not fire"));
    EXPECT_THAT(ran.err, HasSubstr("there is no rule \"Third\""));
    EXPECT_THAT(ran.err, HasSubstr("\"Second\" fired"));
    const auto bad = write(directory, "bad.yaml", "- macro: m\n  condition: ka.verb = \n");
    const auto checked = auditfwd_run({"rules", "check", bad}, "");
    EXPECT_EQ(checked.exit, 1);
    EXPECT_THAT(checked.err, HasSubstr("bad.yaml:2:23: macro \"m\": expected a value"));
}

}  // namespace
}  // namespace auditfwd
