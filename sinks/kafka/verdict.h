// What an error of librdkafka's or of a broker's means for the record it was given for. Pure.
#pragma once

#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <string>

namespace auditfwd {

enum class KafkaVerdict : std::uint8_t {
    kStored,
    kTooLarge,  // the record, or the batch the client put it into
    kNoTopic,
    kRefused,    // this record for good, whatever surrounds it
    kTryAgain,   // with a producer made anew
    kNeedsHelp,  // the same, and it will not work before a human did something
};

KafkaVerdict verdict_on(rd_kafka_resp_err_t error);

// For people: "TOPIC_AUTHORIZATION_FAILED: Broker: Topic authorization failed". Made from the code alone: what
// rd_kafka_message_errstr() gives for a failed delivery is the message's payload.
std::string explain(rd_kafka_resp_err_t error);

// What to add to an authentication failure; SCRAM before 2.6.1 fails against Kafka 4 as if the password were wrong.
std::string authentication_advice(bool scram, int library_version);

}  // namespace auditfwd
