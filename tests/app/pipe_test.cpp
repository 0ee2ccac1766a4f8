#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/app/events.h"
#include "tests/app/program.h"

namespace auditfwd {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

auto count_lines(const std::string& text) { return std::ranges::count(text, '\n'); }

TEST(Pipe, Makes_records_of_every_shape_of_input) {
    const auto one = event("a"), two = event("b");
    for (const auto& input : {one + "\n" + two + "\n", one + "\n" + two, "[" + one + ",\n" + two + "]",
                              event_list(one + "," + two), event_list(one) + "\n" + event_list(two)}) {
        const auto ran = auditfwd_run({"pipe", "--policy", "metadata"}, input);
        EXPECT_EQ(ran.exit, 0) << ran.err;
        EXPECT_EQ(ran.err, "");
        EXPECT_EQ(count_lines(ran.out), 2) << ran.out;
        EXPECT_THAT(ran.out, HasSubstr(R"("auditID":"a")"));
        EXPECT_THAT(ran.out, HasSubstr(R"("auditfwd":{"cluster":"default","source":"pipe")"));
        EXPECT_THAT(ran.out, Not(HasSubstr("c2VjcmV0")));
    }
}

TEST(Pipe, Takes_its_rules_from_the_configuration_or_the_command_line) {
    const testing::TemporaryDirectory directory;
    const auto none =
        write(directory, "none.yaml", "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: None}]\n");
    const auto config = write(directory, "config.yaml", "cluster: prod-1\npolicy: " + none + "\n");
    const auto input = event("a") + "\n";
    EXPECT_EQ(auditfwd_run({"pipe", "--config", config}, input).out, "");
    EXPECT_EQ(auditfwd_run({"pipe", "--policy", none}, input).out, "");
    const auto all = auditfwd_run({"pipe", "--config", config, "--policy", "all"}, input);
    EXPECT_THAT(all.out, HasSubstr("c2VjcmV0"));
    EXPECT_THAT(all.out, HasSubstr(R"("cluster":"prod-1")"));
}

TEST(Pipe, Says_which_items_it_rejects_goes_on_and_exits_1) {
    const auto ran = auditfwd_run({"pipe", "--policy", "all"},
                                  event("a") + "\n" + std::string{kNoAuditId} + "\nno json\n" + event("b") + "\n");
    EXPECT_EQ(ran.exit, 1);
    EXPECT_EQ(count_lines(ran.out), 2);
    EXPECT_THAT(ran.err_lines(), ElementsAre("standard input: item 1: missing auditID",
                                             "standard input: item 2: syntax", "auditfwd: 2 of 4 items were rejected"));
}

TEST(Pipe, Refuses_a_broken_document_whole) {
    const auto items = event("a") + "," + event("b");
    for (const auto& input : {"[" + items, event_list(items) + "}", std::string{"[1"}}) {
        const auto ran = auditfwd_run({"pipe", "--policy", "all"}, input);
        EXPECT_EQ(ran.exit, 1) << input;
        EXPECT_EQ(ran.out, "");
        EXPECT_THAT(ran.err_lines(), SizeIs(1));
        EXPECT_THAT(ran.err, StartsWith("standard input: "));
        EXPECT_THAT(ran.err, Not(HasSubstr("alice")));
    }
}

TEST(Pipe, Numbers_items_over_all_of_a_long_input) {
    std::string input;
    for (int i = 0; i < 10'000; ++i) input += event(std::to_string(i)) + "\n";
    const auto ran = auditfwd_run({"pipe", "--policy", "all"}, input + std::string{kNoAuditId} + "\n" + event("x"));
    EXPECT_EQ(ran.exit, 1);
    EXPECT_EQ(count_lines(ran.out), 10'001);
    EXPECT_THAT(ran.err, HasSubstr("item 10000: missing auditID"));
}

TEST(Pipe, Empty_input_is_no_error_and_neither_is_a_reader_that_leaves) {
    EXPECT_EQ(auditfwd_run({"pipe"}, "").exit, 0);
    EXPECT_EQ(auditfwd_run({"pipe"}, "\n \n").exit, 0);
    std::string input;
    for (int i = 0; i < 10'000; ++i) input += event(std::to_string(i)) + "\n";
    const auto left = auditfwd_run({"pipe", "--policy", "all"}, input, Stdout::kNobodyReads);
    EXPECT_EQ(left.exit, 0);
    EXPECT_EQ(left.err, "");
    EXPECT_EQ(auditfwd_run({"pipe", "--policy", "all"}, input, Stdout::kFull).exit, 3);
}

TEST(Pipe, Refuses_a_policy_or_configuration_that_cannot_be_used) {
    const testing::TemporaryDirectory directory;
    const auto bad =
        write(directory, "bad.yaml", "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Nnoe}]\n");
    const std::vector<std::vector<std::string>> wrong{{"pipe", "--policy", bad},
                                                      {"pipe", "--policy", "esk"},
                                                      {"explain", "--policy", bad},
                                                      {"pipe", "--config", GOLDEN_DIRECTORY "/ten-errors.yaml"}};
    for (const auto& arguments : wrong) {
        const auto ran = auditfwd_run(arguments, event("a"));
        EXPECT_EQ(ran.exit, 1) << ran.err;
        EXPECT_EQ(ran.out, "");
        EXPECT_NE(ran.err, "");
    }
    EXPECT_THAT(auditfwd_run({"pipe", "--policy", bad}).err, StartsWith(bad + ":3"));
    EXPECT_THAT(auditfwd_run({"pipe", "--policy", "esk"}).err, HasSubstr("neither a built-in policy"));
}

TEST(Pipe, Bounds_a_document_by_the_memory) {
    const testing::TemporaryDirectory directory;
    const auto config = write(directory, "config.yaml", "memory: 32MiB\n");
    const auto ran = auditfwd_run({"pipe", "--config", config}, "{\n\"kind\":" + std::string(33 << 20, ' '));
    EXPECT_EQ(ran.exit, 1);
    EXPECT_THAT(ran.err, HasSubstr("raise memory"));
}

}  // namespace
}  // namespace auditfwd
