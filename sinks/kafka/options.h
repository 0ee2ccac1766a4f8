// Settings of a Kafka sink.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "forwarder/base/units.h"
#include "sinks/oversize_options.h"

namespace auditfwd {

// What decides the partition: records with the same key keep their order.
enum class KafkaKey { kAuditId, kNamespace, kUser, kNone };
enum class KafkaCompression { kNone, kLz4, kZstd };
enum class SaslMechanism { kPlain, kScramSha256, kScramSha512, kOauthBearer };

struct KafkaTls {
    std::filesystem::path ca{};           // empty: the system's
    std::filesystem::path certificate{};  // with `key`: the forwarder's own, for brokers that ask for one
    std::filesystem::path key{};
    std::filesystem::path key_password_file{};
};

// Secrets are in files or in the environment, never here.
struct KafkaSasl {
    SaslMechanism mechanism = SaslMechanism::kPlain;
    std::string username{};
    std::filesystem::path password_file{};
    std::string password_env{};          // the variable's name
    std::filesystem::path token_file{};  // kOauthBearer
};

struct KafkaOptions {
    std::vector<std::string> brokers{};  // host:port
    std::string topic{};                 // topic_template.h
    std::string fallback_topic{};        // for records whose own topic does not exist; empty: none
    KafkaKey key = KafkaKey::kAuditId;
    bool headers = true;
    KafkaCompression compression = KafkaCompression::kZstd;
    std::chrono::milliseconds linger{50};
    OversizeOptions oversize{.limit_bytes = 1_MiB};  // of a message as the brokers count it: max.message.bytes
    std::optional<KafkaTls> tls{};
    std::optional<KafkaSasl> sasl{};
};

}  // namespace auditfwd
