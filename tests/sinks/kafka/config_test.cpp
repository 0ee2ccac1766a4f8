#include <gtest/gtest.h>

#include "forwarder/config/parse.h"

namespace auditfwd {
namespace {

ParsedConfig parse(const std::string& kafka) {
    return parse_config("sinks:\n  - name: siem\n    kafka: " + kafka + "\n", "test.yaml");
}

std::string errors(const std::string& kafka) {
    const auto parsed = parse(kafka);
    std::string all;
    for (const auto& line : parsed.findings.errors()) all += line + "\n";
    for (const auto& line : parsed.findings.warnings()) all += line + "\n";
    return all;
}

TEST(KafkaConfig, Two_lines_are_enough) {
    const auto parsed = parse("{brokers: ['kafka-1:9092', '10.0.0.1:9092'], topic: audit}");
    EXPECT_EQ(errors("{brokers: ['kafka-1:9092', '10.0.0.1:9092'], topic: audit}"), "");
    const auto& kafka = std::get<KafkaOptions>(parsed.config.sinks.at(0).kind);
    EXPECT_EQ(kafka.brokers.size(), 2u);
    EXPECT_EQ(kafka.key, KafkaKey::kAuditId);
    EXPECT_FALSE(kafka.tls);
}

TEST(KafkaConfig, What_cannot_work_is_said) {
    const auto said = [](const std::string& kafka, const std::string& what) {
        EXPECT_NE(errors(kafka).find(what), std::string::npos) << errors(kafka);
    };
    const std::string head = "{brokers: ['b:1'], topic: audit, ";
    said("{brokers: ['b'], topic: audit}", "is not a server's address");
    said("{brokers: ['b:1'], topic: 'a b'}", "is not a topic");
    said("{brokers: ['b:1'], topic: 'a-${namespace}'}", "fallback_topic");
    said(head + "fallback_topic: 'x-${cluster}'}", "holds a word");
    said(head + "tls: {certificate: a}}", "certificate and key together");
    said(head + "sasl: {mechanism: OAUTHBEARER}}", "needs token_file");
    said(head + "sasl: {mechanism: PLAIN, username: me}}", "either password_file or password_env");
    said(head + "sasl: {mechanism: PLAIN, password_file: f}}", "needs username");
    said(head + "sasl: {mechanism: PLAIN, username: me, password_file: f}}", "without TLS");
    said(head + "sasl: {mechanism: SCRAM-SHA-512, username: me, password: f}}", "is unknown");
}

}  // namespace
}  // namespace auditfwd
