#include "forwarder/config/parse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

namespace auditfwd {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Config parse_well(std::string_view text) {
    auto parsed = parse_config(text, "test.yaml");
    EXPECT_THAT(parsed.findings.errors(), IsEmpty());
    return parsed.config;
}

// Everything an option shows of a Config, in one text: two configurations with the same text are the same.
std::string shown(const Config& config) {
    std::string out = fmt::format("{} {} {} {} {} {}\n", config.cluster, config.policy, config.policy_lenient,
                                  config.memory, config.workers, config.shutdown_deadline.count());
    for (const auto& source : config.sources) {
        if (const auto* webhook = std::get_if<WebhookOptions>(&source)) {
            out += fmt::format("webhook {} {} {} {} {} {} {} {} {} {}\n", webhook->name, webhook->cluster,
                               webhook->listen, webhook->tls.has_value(), webhook->tokens_file.string(),
                               webhook->insecure, webhook->trusted, webhook->body_bytes_max, webhook->connections_max,
                               static_cast<int>(webhook->durability));
        } else {
            out += "file\n";
        }
    }
    const auto& spool = config.spool;
    out += fmt::format("{} {} {} {} {} {}\n", spool.directory.string(), spool.bytes_max, spool.free_percent_min,
                       spool.syncs_per_second_max, spool.segment_bytes, spool.in_memory);
    for (const auto& sink : config.sinks) {
        const auto& file = std::get<FileSinkOptions>(sink.kind);
        out += fmt::format("{} {} {} {} {} {} {}\n", sink.name, sink.delivery.start_oldest,
                           static_cast<int>(sink.delivery.when_full), file.path.string(), file.rotate_bytes,
                           file.rotate_after.count(), file.compress);
    }
    for (const auto& sink : config.sinks) {
        const auto& delivery = sink.delivery;
        out += fmt::format("{} {} {} {} {} {} {}\n", static_cast<int>(delivery.select.priority),
                           delivery.retry_min.count(), delivery.retry_max.count(), delivery.parked_retry.count(),
                           delivery.commit_interval.count(), delivery.dead_letter_bytes_max, delivery.in_flight_max);
    }
    return out + fmt::format("{} {} {}\n", config.admin.listen, static_cast<int>(config.log.format),
                             static_cast<int>(config.log.level));
}

TEST(ParseConfig, An_empty_file_is_the_built_in_configuration) {
    const auto parsed = parse_config("", "test.yaml");
    EXPECT_THAT(parsed.findings.errors(), IsEmpty());
    EXPECT_THAT(parsed.findings.warnings(), IsEmpty());
    ASSERT_EQ(parsed.config.sources.size(), 1u);
    const auto& webhook = std::get<WebhookOptions>(parsed.config.sources[0]);
    EXPECT_EQ(webhook.listen, "127.0.0.1:9880");
    EXPECT_EQ(webhook.body_bytes_max, 256_MiB / 5);
    EXPECT_EQ(parsed.config.policy, "eks");
    EXPECT_EQ(parsed.config.spool.directory, "auditfwd-data/spool");
    EXPECT_EQ(std::get<FileSinkOptions>(parsed.config.sinks.at(0).kind).path, "auditfwd-data/output/audit.ndjson");
    EXPECT_EQ(parsed.config.admin.listen, "127.0.0.1:9881");
}

TEST(ParseConfig, The_default_file_says_the_defaults) {
    const auto parsed = parse_config(config_default_file(), "default.yaml");
    EXPECT_THAT(parsed.findings.errors(), IsEmpty());
    EXPECT_THAT(parsed.findings.warnings(), IsEmpty());
    EXPECT_EQ(shown(parsed.config), shown(parse_well("")));
}

TEST(ParseConfig, Reads_every_option_of_the_sources) {
    const auto config = parse_well(R"(
cluster: prod-1
sources:
  - webhook:
      name: api
      cluster: other.cluster
      upstream: trusted
      listen: 0.0.0.0:443
      tls: {certificate: a.pem, key: b.pem, client_ca: c.pem, allowed_names: [kube-apiserver, x y]}
      tokens_file: tokens
      insecure: true
      max_body: 50MiB
      max_connections: 7
      durability: interval
  - file: {path: /var/log/audit.log, start: newest, poll: 1s, max_line: 1MiB, durability: sync}
)");
    EXPECT_EQ(config.cluster, "prod-1");
    const auto& webhook = std::get<WebhookOptions>(config.sources.at(0));
    EXPECT_EQ(webhook.name, "api");
    EXPECT_EQ(webhook.cluster, "other.cluster");
    EXPECT_TRUE(webhook.trusted);
    EXPECT_EQ(webhook.listen, "0.0.0.0:443");
    ASSERT_TRUE(webhook.tls);
    EXPECT_EQ(webhook.tls->certificate, "a.pem");
    EXPECT_EQ(webhook.tls->key, "b.pem");
    EXPECT_EQ(webhook.tls->client_ca, "c.pem");
    EXPECT_THAT(webhook.tls->allowed_names, ElementsAre("kube-apiserver", "x y"));
    EXPECT_EQ(webhook.tokens_file, "tokens");
    EXPECT_TRUE(webhook.insecure);
    EXPECT_EQ(webhook.body_bytes_max, 50_MiB);
    EXPECT_EQ(webhook.connections_max, 7u);
    EXPECT_EQ(webhook.durability, Durability::kInterval);
    const auto& file = std::get<FileSourceOptions>(config.sources.at(1));
    EXPECT_EQ(file.name, "file");
    EXPECT_EQ(file.cluster, "prod-1");
    EXPECT_EQ(file.path, "/var/log/audit.log");
    EXPECT_TRUE(file.start_at_end);
    EXPECT_EQ(file.poll, std::chrono::seconds{1});
    EXPECT_EQ(file.line_bytes_max, 1_MiB);
    EXPECT_EQ(file.durability, Durability::kSync);
}

TEST(ParseConfig, Reads_every_option_of_the_sinks) {
    const auto config = parse_well(R"(
sinks:
  - {name: one, start: oldest, when_full: expire, file: {path: '-', compress: true, rotate_after: 0s, rotate_size: 1MiB}}
  - {name: two, discard: {}}
  - name: three
    discard:
    select: {priority: Notice, level: [Metadata, RequestResponse], verb: [other, delete], code: [none, 5xx]}
    retry_min: 1s
    retry_max: 2s
    parked_retry: 3s
    commit_interval: 4s
    max_dead_letters: 5MiB
    max_in_flight: 6
)");
    ASSERT_EQ(config.sinks.size(), 3u);
    EXPECT_EQ(config.sinks[0].name, "one");
    EXPECT_TRUE(config.sinks[0].delivery.start_oldest);
    EXPECT_EQ(config.sinks[0].delivery.when_full, WhenFull::kExpire);
    const auto& file = std::get<FileSinkOptions>(config.sinks[0].kind);
    EXPECT_EQ(file.path, "-");
    EXPECT_TRUE(file.compress);
    EXPECT_EQ(file.rotate_after, std::chrono::seconds{0});
    EXPECT_EQ(file.rotate_bytes, 1_MiB);
    EXPECT_TRUE(std::holds_alternative<DiscardOptions>(config.sinks[1].kind));
    EXPECT_TRUE(std::holds_alternative<DiscardOptions>(config.sinks[2].kind));
    const auto& delivery = config.sinks[2].delivery;
    EXPECT_EQ(delivery.select.priority, Priority::kNotice);
    EXPECT_THAT(delivery.select.levels, ElementsAre(Level::kMetadata, Level::kRequestResponse));
    EXPECT_THAT(delivery.select.verbs, ElementsAre(VerbClass::kOther, VerbClass::kDelete));
    EXPECT_THAT(delivery.select.codes, ElementsAre(CodeClass::kNone, CodeClass::k5xx));
    EXPECT_EQ(delivery.retry_min, std::chrono::seconds{1});
    EXPECT_EQ(delivery.retry_max, std::chrono::seconds{2});
    EXPECT_EQ(delivery.parked_retry, std::chrono::seconds{3});
    EXPECT_EQ(delivery.commit_interval, std::chrono::seconds{4});
    EXPECT_EQ(delivery.dead_letter_bytes_max, 5_MiB);
    EXPECT_EQ(delivery.in_flight_max, 6u);
    EXPECT_EQ(config.sinks[0].delivery.select.priority, Priority::kNone);
}

TEST(ParseConfig, Reads_every_other_option) {
    const auto config = parse_well(R"(
policy: /etc/policy.yaml
policy_lenient: true
memory: 512MiB
spool: {directory: /var/lib/x, max_size: 1GiB, min_free: 5%, segment_size: 16MiB, max_syncs: 50}
admin: {listen: '[::]:80'}
log: {format: json, level: error}
workers: 3
shutdown_deadline: 40s
)");
    EXPECT_EQ(config.policy, "/etc/policy.yaml");
    EXPECT_TRUE(config.policy_lenient);
    EXPECT_EQ(config.memory, 512_MiB);
    EXPECT_EQ(config.spool.directory, "/var/lib/x");
    EXPECT_EQ(config.spool.bytes_max, 1_GiB);
    EXPECT_EQ(config.spool.free_percent_min, 5u);
    EXPECT_EQ(config.spool.segment_bytes, 16_MiB);
    EXPECT_EQ(config.spool.syncs_per_second_max, 50u);
    EXPECT_FALSE(config.spool.in_memory);
    EXPECT_EQ(config.admin.listen, "[::]:80");
    EXPECT_EQ(config.log.format, LogFormat::kJson);
    EXPECT_EQ(config.log.level, LogLevel::kError);
    EXPECT_EQ(config.workers, 3u);
    EXPECT_EQ(config.shutdown_deadline, std::chrono::seconds{40});
}

TEST(ParseConfig, A_spool_in_memory_fits_into_the_memory) {
    const auto config = parse_well("{memory: 256MiB, spool: {durability: memory}}");
    EXPECT_TRUE(config.spool.in_memory);
    EXPECT_EQ(config.spool.bytes_max, 64_MiB);
    EXPECT_LE(2 * config.spool.segment_bytes, config.spool.bytes_max);
}

TEST(ParseConfig, A_value_that_is_wrong_is_not_judged_again) {
    // Neither the default memory nor the default names may be compared with what the file meant.
    EXPECT_THAT(parse_config("{memory: 1TB, sources: [{webhook: {max_body: 100MiB}}]}", "f").findings.errors(),
                ElementsAre(HasSubstr("memory: \"1TB\"")));
    EXPECT_THAT(parse_config("{sources: [{webhook: {name: A}}, {webhook: {name: B, listen: '127.0.0.1:1'}}]}", "f")
                    .findings.errors(),
                ElementsAre(HasSubstr("[0].webhook.name"), HasSubstr("[1].webhook.name")));
    EXPECT_THAT(parse_config("{sources: [{webhook: {listen: '0.0.0.0:1', tls: 7}}]}", "f").findings.errors(),
                ElementsAre(HasSubstr("webhook.tls: is a single value")));
}

TEST(ParseConfig, Bounds_what_it_reads_and_what_it_says) {
    EXPECT_THAT(parse_config(std::string(kConfigBytesMax + 1, '#'), "f").findings.errors(),
                ElementsAre(HasSubstr("at most 1MiB")));
    std::string many;
    for (int i = 0; i < 10'000; ++i) many += fmt::format("key{}: 1\n", i);
    EXPECT_THAT(parse_config(many, "f").findings.errors(), ElementsAre(HasSubstr("has 10000 keys")));
    many = "sources:\n";
    for (int i = 0; i < 60; ++i) many += "  - {a: 1, b: 2, c: 3}\n";
    EXPECT_EQ(parse_config(many, "f").findings.errors().size(), 101u);
    EXPECT_THAT(parse_config(many, "f").findings.errors().back(), HasSubstr("140 more"));
}

}  // namespace
}  // namespace auditfwd
