#include <fmt/format.h>

#include "forwarder/config/check_parts.h"
#include "forwarder/config/notation.h"
#include "sinks/kafka/topic_template.h"

namespace auditfwd {

namespace {

void check_topics(const KafkaOptions& kafka, const std::string& path, Findings& findings) {
    const auto topic = TopicTemplate::parse(kafka.topic);
    const auto fallback = TopicTemplate::parse(kafka.fallback_topic);
    if (fallback && !fallback->fixed()) {
        findings.error(path + ".fallback_topic", "holds a word; it must be one topic that exists");
    }
    if (topic && topic->by_clients() && kafka.fallback_topic.empty() && !findings.failed(path + ".fallback_topic")) {
        findings.error(path + ".topic",
                       fmt::format("{} is chosen by the API server's clients, who can name what does not exist; give "
                                   "fallback_topic too",
                                   in_quotes(kafka.topic)));
    }
}

void check_tls(const KafkaTls& tls, const std::string& path, Findings& findings) {
    if (tls.certificate.empty() != tls.key.empty()) {
        findings.error(path, "needs certificate and key together; give both or neither");
    }
    if (!tls.key_password_file.empty() && tls.key.empty()) {
        findings.error(path + ".key_password_file", "is of no use without key; give that too");
    }
}

void check_sasl(const KafkaOptions& kafka, const std::string& path, Findings& findings) {
    const auto& sasl = *kafka.sasl;
    const bool token = sasl.mechanism == SaslMechanism::kOauthBearer;
    if (token && sasl.token_file.empty()) findings.error(path, "needs token_file for OAUTHBEARER");
    if (!token && !sasl.token_file.empty()) findings.error(path + ".token_file", "is for OAUTHBEARER alone; remove it");
    if (!token && sasl.username.empty()) findings.error(path, "needs username");
    if (!token && sasl.password_file.empty() == sasl.password_env.empty()) {
        findings.error(path, "needs either password_file or password_env");
    }
    const bool readable = token || sasl.mechanism == SaslMechanism::kPlain;
    if (readable && !kafka.tls) {
        findings.warning(path, "sends its secret without TLS, so that everybody on the way can read it; give tls");
    }
}

}  // namespace

void check_kafka_sink(const KafkaOptions& kafka, const std::string& path, Findings& findings) {
    check_topics(kafka, path, findings);
    if (kafka.tls) check_tls(*kafka.tls, path + ".tls", findings);
    if (kafka.sasl) check_sasl(kafka, path + ".sasl", findings);
}

}  // namespace auditfwd
