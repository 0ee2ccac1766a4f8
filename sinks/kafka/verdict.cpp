#include "sinks/kafka/verdict.h"

namespace auditfwd {

KafkaVerdict verdict_on(rd_kafka_resp_err_t error) {
    switch (error) {
        case RD_KAFKA_RESP_ERR_NO_ERROR:
            return KafkaVerdict::kStored;
        case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
        case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
            return KafkaVerdict::kTooLarge;
        case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
        case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
        case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
            return KafkaVerdict::kNoTopic;
        case RD_KAFKA_RESP_ERR_INVALID_RECORD:  // a compacted topic without a key, or a broker's own rules
            return KafkaVerdict::kRefused;
        case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:  // the name
        case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
        case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
        case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
        case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
        case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
        case RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM:
        case RD_KAFKA_RESP_ERR_UNSUPPORTED_FOR_MESSAGE_FORMAT:
        case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
        case RD_KAFKA_RESP_ERR__AUTHENTICATION:
        case RD_KAFKA_RESP_ERR__SSL:
        case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
            return KafkaVerdict::kNeedsHelp;
        default:
            return KafkaVerdict::kTryAgain;
    }
}

std::string explain(rd_kafka_resp_err_t error) {
    return std::string{rd_kafka_err2name(error)} + ": " + rd_kafka_err2str(error);
}

std::string authentication_advice(bool scram, int library_version) {
    constexpr int kScramWorks = 0x020601ff;
    if (!scram || library_version >= kScramWorks) return {};
    return " (librdkafka before 2.6.1 says the same of a right SCRAM password when the brokers are Kafka 4: "
           "take a newer librdkafka, or PLAIN over TLS, OAUTHBEARER or a client certificate)";
}

}  // namespace auditfwd
