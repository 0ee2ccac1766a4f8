#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "tests/app/program.h"

namespace auditfwd {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

Ran validate(const std::string& file) { return auditfwd_run({"validate", "--config", file}); }

TEST(Validate, Says_every_error_of_a_file_at_once) {
    const auto ran = validate(GOLDEN_DIRECTORY "/ten-errors.yaml");
    EXPECT_EQ(ran.exit, 1);
    EXPECT_EQ(ran.out, "");
    const auto lines = ran.err_lines();
    ASSERT_THAT(lines, SizeIs(10));
    const auto expected = read_whole(GOLDEN_DIRECTORY "/ten-errors.txt");
    for (const auto& line : lines) {
        ASSERT_THAT(line, StartsWith(GOLDEN_DIRECTORY "/"));
        EXPECT_THAT(expected, HasSubstr("error: " + line.substr(std::string{GOLDEN_DIRECTORY "/"}.size()) + "\n"));
    }
}

TEST(Validate, Looks_into_every_file_that_is_named) {
    const testing::TemporaryDirectory directory;
    const auto policy = write(directory, "policy.yaml",
                              "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n"
                              "- level: Metadat\n- levle: None\n");
    const auto tokens = write(directory, "tokens", "one two three\n");
    const auto broken = write(directory, "broken.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n");
    const auto file = write(directory, "config.yaml",
                            fmt::format(R"(sources:
  - webhook:
      tokens_file: {0}
      tls: {{certificate: {1}, key: {2}/missing.key}}
  - webhook: {{name: two, listen: '127.0.0.1:2', tokens_file: {2}/missing}}
  - file: {{path: {2}/not-yet.log}}
policy: {3}
)",
                                        tokens, broken, directory.path().string(), policy));
    const auto ran = validate(file);
    EXPECT_EQ(ran.exit, 1);
    EXPECT_THAT(ran.err, HasSubstr("warning: " + file + ":6:18: sources[2].file.path: "));
    EXPECT_THAT(ran.err, HasSubstr(file + ":4:12: sources[0].webhook.tls: "));
    EXPECT_THAT(ran.err, HasSubstr(file + ":3:20: sources[0].webhook.tokens_file: "));
    EXPECT_THAT(ran.err, HasSubstr(file + ":5:62: sources[1].webhook.tokens_file: "));
    EXPECT_THAT(ran.err, HasSubstr(policy + ":4"));
    EXPECT_THAT(ran.err, HasSubstr(policy + ":5"));
    // A token is never shown.
    EXPECT_EQ(ran.err.find("three"), ran.err.npos);
}

TEST(Validate, Warns_of_outputs_that_name_what_the_policy_always_removes) {
    const testing::TemporaryDirectory directory;
    const auto policy = write(directory, "policy.yaml",
                              "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n"
                              "- level: Metadata\n  resources: [{group: '', resources: [secrets, configmaps]}]\n"
                              "- level: Request\n  verbs: [create]\n");
    const auto rule = [](std::string_view name, std::string_view condition, std::string_view output) {
        return fmt::format(
            "- rule: {}\n  desc: d\n  condition: {}\n  output: {}\n  priority: INFO\n  source: k8s_audit\n", name,
            condition, output);
    };
    const auto rules =
        write(directory, "rules.yaml",
              rule("a", "ka.verb = create and ka.target.resource in (configmaps, secrets)",
                   "o=%ka.req.configmap.obj n=%ka.target.name") +
                  rule("b", "ka.target.resource = pods", "i=%ka.req.pod.containers.image") +
                  rule("c", "ka.verb = get", "r=%ka.resp.name o=%jevt.value[/requestObject/a]") +
                  rule("d", "ka.target.resource = configmaps or ka.verb = get", "o=%ka.req.configmap.obj"));
    const auto config = [&](std::string_view policy_name) {
        return write(directory, "config.yaml",
                     fmt::format("policy: {}\nrules: [{}]\nspool: {{directory: {}/spool}}\n", policy_name, rules,
                                 directory.path().string()));
    };
    const auto ran = validate(config(policy));
    EXPECT_EQ(ran.exit, 0) << ran.err;
    EXPECT_THAT(ran.err_lines(),
                ElementsAre("warning: " + rules +
                                ":1: rule \"a\": %ka.req.configmap.obj in its output is always <NA>: the policy never "
                                "keeps request bodies of configmaps, secrets",
                            "warning: " + rules +
                                ":13: rule \"c\": %ka.resp.name in its output is always <NA>: the policy never keeps "
                                "response bodies"));
    EXPECT_EQ(validate(config("all")).err, "");
    EXPECT_THAT(validate(config("metadata")).err_lines(), SizeIs(5));
}

TEST(Validate, Names_a_policy_that_is_not_there) {
    const testing::TemporaryDirectory directory;
    const auto file = write(directory, "config.yaml", "cluster: a\npolicy: esk\n");
    const auto ran = validate(file);
    EXPECT_EQ(ran.exit, 1);
    EXPECT_THAT(ran.err_lines(), ElementsAre(StartsWith(file + ":2:9: policy: \"esk\" is neither a built-in policy")));
}

TEST(Validate, Shows_warnings_and_what_is_configured) {
    const testing::TemporaryDirectory directory;
    const auto file =
        write(directory, "config.yaml", "memory: 64MiB\nspool: {directory: /var/lib/x, max_size: 1GiB}\n");
    const auto ran = validate(file);
    EXPECT_EQ(ran.exit, 0);
    EXPECT_THAT(ran.err_lines(), ElementsAre(StartsWith("warning: " + file + ":1:9: memory: ")));
    EXPECT_THAT(ran.out, HasSubstr("source  webhook: webhook on 127.0.0.1:9880 (plain HTTP), cluster default\n"));
    EXPECT_THAT(ran.out, HasSubstr("spool   /var/lib/x, at most 1GiB, 10% of the disk stays free\n"));
    EXPECT_THAT(ran.out, HasSubstr("sink    output: file auditfwd-data/output/audit.ndjson\n"));
}

TEST(Validate, Bounds_and_finds_its_file) {
    EXPECT_EQ(validate("/nowhere/at/all.yaml").exit, 1);
    EXPECT_THAT(validate("/nowhere/at/all.yaml").err, HasSubstr("/nowhere/at/all.yaml"));
    EXPECT_EQ(validate("/").exit, 1);
    const testing::TemporaryDirectory directory;
    const auto large = write(directory, "large.yaml", std::string(2 << 20, '#'));
    EXPECT_EQ(validate(large).exit, 1);
    EXPECT_THAT(validate(large).err_lines(), SizeIs(1));
}

}  // namespace
}  // namespace auditfwd
