#include "sinks/kafka/settings.h"

#include <algorithm>
#include <cstdlib>

namespace auditfwd {

namespace {

using Settings = std::vector<KafkaSetting>;

std::string joined(const std::vector<std::string>& texts) {
    std::string all;
    for (const auto& text : texts) {
        if (!all.empty()) all += ',';
        all += text;
    }
    return all;
}

std::string_view name_of(KafkaCompression compression) {
    switch (compression) {
        case KafkaCompression::kNone:
            return "none";
        case KafkaCompression::kLz4:
            return "lz4";
        case KafkaCompression::kZstd:
            return "zstd";
    }
    return "none";
}

std::string_view name_of(SaslMechanism mechanism) {
    switch (mechanism) {
        case SaslMechanism::kPlain:
            return "PLAIN";
        case SaslMechanism::kScramSha256:
            return "SCRAM-SHA-256";
        case SaslMechanism::kScramSha512:
            return "SCRAM-SHA-512";
        case SaslMechanism::kOauthBearer:
            return "OAUTHBEARER";
    }
    return "";
}

Result<std::string> password_of(const KafkaSasl& sasl, FileSystem& files) {
    if (!sasl.password_file.empty()) return read_secret(files, sasl.password_file);
    const char* const value = std::getenv(sasl.password_env.c_str());
    if (value != nullptr && *value != '\0') return std::string{value};
    return Error{ErrorCode::kInvalid, "the environment variable " + sasl.password_env + " holds no password"};
}

Result<void> add_tls(const KafkaTls& tls, FileSystem& files, Settings& settings) {
    settings.push_back({"ssl.endpoint.identification.algorithm", "https"});
    if (!tls.ca.empty()) settings.push_back({"ssl.ca.location", tls.ca.string()});
    if (tls.certificate.empty()) return {};
    settings.push_back({"ssl.certificate.location", tls.certificate.string()});
    settings.push_back({"ssl.key.location", tls.key.string()});
    if (tls.key_password_file.empty()) return {};
    TRY(auto password, read_secret(files, tls.key_password_file));
    settings.push_back({"ssl.key.password", std::move(password), true});
    return {};
}

Result<void> add_sasl(const KafkaSasl& sasl, FileSystem& files, Settings& settings) {
    settings.push_back({"sasl.mechanism", std::string{name_of(sasl.mechanism)}});
    if (sasl.mechanism == SaslMechanism::kOauthBearer) return {};
    settings.push_back({"sasl.username", sasl.username});
    TRY(auto password, password_of(sasl, files));
    settings.push_back({"sasl.password", std::move(password), true});
    return {};
}

std::string_view protocol_of(const KafkaOptions& options) {
    if (options.sasl) return options.tls ? "SASL_SSL" : "SASL_PLAINTEXT";
    return options.tls ? "SSL" : "PLAINTEXT";
}

}  // namespace

std::size_t kafka_batch_bytes(const KafkaOptions& options) {
    constexpr std::size_t kMost = 1'000'000;  // more makes requests, not throughput, larger
    return std::min(kMost, options.oversize.limit_bytes - options.oversize.limit_bytes / 16);
}

Result<std::string> read_secret(FileSystem& files, const std::filesystem::path& path) {
    auto text = read_file(files, path, 64_KiB);
    if (!text) return Error{ErrorCode::kInvalid, std::move(text).error().message};
    while (!text->empty() && (text->back() == '\n' || text->back() == '\r' || text->back() == ' ')) text->pop_back();
    if (text->empty()) return Error{ErrorCode::kInvalid, path.string() + " is empty"};
    return std::move(*text);
}

Result<Settings> kafka_settings(const KafkaOptions& options, std::size_t batch_bytes, std::size_t buffered_bytes,
                                FileSystem& files) {
    Settings settings{
        {"client.id", "auditfwd"},
        {"bootstrap.servers", joined(options.brokers)},
        {"security.protocol", std::string{protocol_of(options)}},
        {"acks", "all"},
        {"enable.idempotence", "true"},
        // The patience is the forwarder's: what is not acknowledged is in the spool. A client that gives up by itself
        // leaves open whether the broker has the message.
        {"message.timeout.ms", "0"},
        {"partitioner", "murmur2_random"},  // as Java's clients choose
        {"compression.type", std::string{name_of(options.compression)}},
        {"linger.ms", std::to_string(options.linger.count())},
        {"batch.size", std::to_string(batch_bytes)},
        {"message.max.bytes", std::to_string(options.oversize.limit_bytes)},
        {"queue.buffering.max.kbytes", std::to_string(buffered_bytes / 1024 + 1)},
        // Nagle costs latency. The default waits of reconnecting hold up recovery, and a missing topic for 30 s.
        {"socket.nagle.disable", "true"},
        {"socket.keepalive.enable", "true"},
        {"reconnect.backoff.ms", "100"},
        {"reconnect.backoff.max.ms", "1000"},
        {"topic.metadata.propagation.max.ms", "5000"},
        {"log.queue", "true"},
        {"statistics.interval.ms", "5000"},
    };
    if (options.tls) TRY_VOID(add_tls(*options.tls, files, settings));
    if (options.sasl) TRY_VOID(add_sasl(*options.sasl, files, settings));
    return settings;
}

}  // namespace auditfwd
