#include "forwarder/config/options.h"
#include "forwarder/config/text_rules.h"

namespace auditfwd {

using namespace std::chrono_literals;

void declare(OptionVisitor& options, KafkaTls& tls) {
    options.path({.key = "ca",
                  .help = "PEM file of the authorities that may sign the brokers' certificates.",
                  .unset = "the system's",
                  .example = "/etc/auditfwd/kafka/ca.crt"},
                 tls.ca);
    options.path({.key = "certificate",
                  .help = "PEM file of the forwarder's own certificate, for brokers that ask for one.",
                  .unset = "none",
                  .example = "/etc/auditfwd/kafka/tls.crt"},
                 tls.certificate);
    options.path(
        {.key = "key", .help = "PEM file of its key.", .unset = "none", .example = "/etc/auditfwd/kafka/tls.key"},
        tls.key);
    options.path({.key = "key_password_file",
                  .help = "File with the key's password.",
                  .unset = "none",
                  .example = "/etc/auditfwd/kafka/key-password"},
                 tls.key_password_file);
}

void declare(OptionVisitor& options, KafkaSasl& sasl) {
    options.choice({.key = "mechanism",
                    .help = "How the forwarder says who it is. librdkafka before 2.6.1 cannot speak SCRAM to Kafka 4."},
                   sasl.mechanism, {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"});
    options.text({.key = "username", .help = "The name.", .unset = "none", .example = "auditfwd"}, sasl.username,
                 kText);
    options.path({.key = "password_file",
                  .help = "File with the password. Secrets are read each time a connection's client is made anew.",
                  .unset = "none",
                  .example = "/etc/auditfwd/kafka/password"},
                 sasl.password_file);
    options.text({.key = "password_env",
                  .help = "Environment variable with the password, instead of a file.",
                  .unset = "none",
                  .example = "KAFKA_PASSWORD"},
                 sasl.password_env, kText);
    options.path({.key = "token_file",
                  .help = "File with the bearer token of OAUTHBEARER; somebody else keeps it fresh, it is read again "
                          "every few minutes.",
                  .unset = "none",
                  .example = "/var/run/secrets/tokens/kafka"},
                 sasl.token_file);
}

void declare(OptionVisitor& options, KafkaOptions& kafka) {
    options.texts({.key = "brokers",
                   .help = "Some of the cluster's brokers; the others are learnt from them.",
                   .example = "kafka-1:9092, kafka-2:9092",
                   .required = true},
                  kafka.brokers, kAddress);
    options.text({.key = "topic",
                  .help = "The topic. May hold words: `${cluster}`, `${source}`, `${level}`, `${priority}`, `${verb}`, "
                          "`${namespace}`, `${resource}`; what no topic may hold becomes `_`, an absent word `none`.",
                  .example = "audit",
                  .required = true},
                 kafka.topic, kTopic);
    options.text({.key = "fallback_topic",
                  .help = "For records whose own topic does not exist. Required where clients choose what the topic is "
                          "called (verb, namespace, resource).",
                  .unset = "none: the sink waits for the topic",
                  .example = "audit-other"},
                 kafka.fallback_topic, kTopic);
    options.choice({.key = "key",
                    .help = "What decides the partition, as Java's clients choose it: records of one key stay in "
                            "order. `auditID` keeps the stages of a request together."},
                   kafka.key, {"auditID", "namespace", "user", "none"});
    options.flag({.key = "headers", .help = "Whether messages carry headers: identity, cluster, level, detections."},
                 kafka.headers);
    options.choice({.key = "compression", .help = "What the brokers store."}, kafka.compression,
                   {"none", "lz4", "zstd"});
    options.duration({.key = "linger", .help = "How long a request waits for more records; short ones cost CPU."},
                     kafka.linger, {0s, 10s});
    options.size({.key = "max_message",
                  .help = "What brokers and topic take (`max.message.bytes`), or less; key and headers are counted."},
                 // What is guaranteed of a record, and what a message needs beside it.
                 kafka.oversize.limit_bytes, {kFitLimitMin + 4_KiB, 512_MiB});
    declare_oversize(options, kafka.oversize);
    options.section({.key = "tls", .help = "TLS to the brokers, whose names are verified. Absent: plain TCP."},
                    kafka.tls);
    options.section({.key = "sasl", .help = "Authentication by name. Absent: none, or the certificate alone."},
                    kafka.sasl);
}

}  // namespace auditfwd
