#include "sinks/kafka/settings.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>
#include <map>

#include "sinks/kafka/producer.h"
#include "sinks/kafka/verdict.h"
#include "tests/support/temporary_directory.h"

namespace auditfwd {
namespace {

using testing::TemporaryDirectory;

KafkaOptions plain() { return {.brokers = {"a:1", "b:2"}, .topic = "audit"}; }

Result<std::map<std::string, std::string>> settings_of(const KafkaOptions& options) {
    SystemFileSystem files;
    TRY(const auto settings, kafka_settings(options, 1000, 1_MiB, files));
    std::map<std::string, std::string> all;
    for (const auto& setting : settings) all[std::string{setting.name}] = setting.value;
    return all;
}

TEST(KafkaSettings, Are_safe_ones) {
    auto settings = settings_of(plain()).value();
    EXPECT_EQ(settings["bootstrap.servers"], "a:1,b:2");
    EXPECT_EQ(settings["acks"], "all");
    EXPECT_EQ(settings["enable.idempotence"], "true");
    EXPECT_EQ(settings["message.timeout.ms"], "0");
    EXPECT_EQ(settings["partitioner"], "murmur2_random");
    EXPECT_EQ(settings["security.protocol"], "PLAINTEXT");
}

TEST(KafkaSettings, A_secret_comes_from_a_file_or_the_environment_without_its_newline) {
    const TemporaryDirectory directory;
    std::ofstream{directory / "password"} << "s3cret\n";
    auto options = plain();
    options.tls.emplace();
    options.sasl = KafkaSasl{.username = "me", .password_file = directory / "password"};
    auto settings = settings_of(options).value();
    EXPECT_EQ(settings["security.protocol"], "SASL_SSL");
    EXPECT_EQ(settings["ssl.endpoint.identification.algorithm"], "https");
    EXPECT_EQ(settings["sasl.mechanism"], "PLAIN");
    EXPECT_EQ(settings["sasl.password"], "s3cret");
    ::setenv("AUDITFWD_TEST_PASSWORD", "other", 1);
    options.sasl =
        KafkaSasl{.mechanism = SaslMechanism::kScramSha512, .username = "me", .password_env = "AUDITFWD_TEST_PASSWORD"};
    EXPECT_EQ(settings_of(options).value()["sasl.password"], "other");
    ::unsetenv("AUDITFWD_TEST_PASSWORD");
    EXPECT_EQ(settings_of(options).error().code, ErrorCode::kInvalid);
    options.sasl->password_file = directory / "absent";
    EXPECT_EQ(settings_of(options).error().code, ErrorCode::kInvalid);
}

TEST(KafkaSettings, What_librdkafka_does_not_take_is_said_without_its_secret) {
    const auto made = Producer::make({{"ssl.key.password", "s3cret", true}, {"no.such.setting", "1"}}, {});
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().message.find("s3cret"), std::string::npos);
    EXPECT_NE(made.error().message.find("no.such.setting"), std::string::npos);
}

TEST(KafkaVerdict, Follows_the_table) {
    EXPECT_EQ(verdict_on(RD_KAFKA_RESP_ERR_NO_ERROR), KafkaVerdict::kStored);
    EXPECT_EQ(verdict_on(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE), KafkaVerdict::kTooLarge);
    EXPECT_EQ(verdict_on(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART), KafkaVerdict::kNoTopic);
    EXPECT_EQ(verdict_on(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED), KafkaVerdict::kNeedsHelp);
    EXPECT_EQ(verdict_on(RD_KAFKA_RESP_ERR_INVALID_RECORD), KafkaVerdict::kRefused);
    EXPECT_EQ(verdict_on(RD_KAFKA_RESP_ERR__PURGE_INFLIGHT), KafkaVerdict::kTryAgain);
    EXPECT_EQ(verdict_on(RD_KAFKA_RESP_ERR__FATAL), KafkaVerdict::kTryAgain);
}

TEST(KafkaVerdict, Old_libraries_are_named_when_SCRAM_fails) {
    EXPECT_NE(authentication_advice(true, 0x020002ff).find("2.6.1"), std::string::npos);
    EXPECT_TRUE(authentication_advice(false, 0x020002ff).empty());
    EXPECT_TRUE(authentication_advice(true, 0x021000ff).empty());
}

}  // namespace
}  // namespace auditfwd
