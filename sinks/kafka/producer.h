// One librdkafka producer, whose events arrive on an Asio executor through a file descriptor: no thread polls.
//
// Owner: KafkaSink. Making and destroying one blocks for a moment (helper thread); listen() and produce() on the
// delivery worker, where the listener is called too. A producer with a fatal error is of no further use.
#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "forwarder/base/asio.h"
#include "forwarder/base/result.h"
#include "sinks/kafka/handles.h"
#include "sinks/kafka/settings.h"

namespace auditfwd {

// What a producer says. Owner: whoever listens; it outlives the producer.
class ProducerListener {
public:
    // What became of the message that was produced with `tag`.
    virtual void on_report(std::uint64_t tag, rd_kafka_resp_err_t error) = 0;
    // The reports, and whatever else there was, are through for now.
    virtual void on_drained() = 0;
    // Of the connection or the client; repeated ones are mostly suppressed.
    virtual void on_error(rd_kafka_resp_err_t error, std::string_view text, bool fatal) = 0;
    // What librdkafka counts, as JSON, every few seconds.
    virtual void on_statistics(std::string_view json) = 0;

protected:
    ~ProducerListener() = default;
};

// A bearer token, and until when it holds.
struct KafkaToken {
    std::string text;
    std::string principal;
    std::int64_t expires_ms = 0;  // since 1970
};

// Gives a fresh token, or why there is none. Called on a thread of librdkafka's, which it may block. What asks an
// identity provider or signs for a cloud's brokers is one more of these.
using KafkaTokenSource = std::function<Result<KafkaToken>()>;

class Producer {
public:
    // Fails with kInvalid for what librdkafka does not take.
    static Result<std::unique_ptr<Producer>> make(const std::vector<KafkaSetting>& settings, KafkaTokenSource tokens);
    // Waits for librdkafka's threads. Nothing that was lent is referred to afterwards.
    ~Producer();

    // From now on the listener is called, on `executor`.
    void listen(const Executor& executor, ProducerListener& listener);
    // Call on the executor before the producer is destroyed elsewhere.
    void stop_listening();

    struct Message {
        const std::string& topic;
        std::string_view payload;  // lent until the report, or until forget_all() returned
        const std::string_view* key = nullptr;
        KafkaHeaders headers;
        std::uint64_t tag = 0;
    };
    // Either an error, or there will be a report.
    rd_kafka_resp_err_t produce(Message message);

    // Blocks until librdkafka has let go of every message, whatever became of it.
    void forget_all();

    // Whether a topic exists, as far as a broker says within the time; blocks.
    rd_kafka_resp_err_t look_for_topic(const std::string& topic, std::chrono::milliseconds patience);

    rd_kafka_t* handle() const { return handle_.get(); }

private:
    class Wakeups;
    Producer() = default;
    rd_kafka_topic_t* topic(const std::string& name);

    KafkaTokenSource tokens_;
    KafkaHandle handle_;
    KafkaQueue queue_;
    std::unordered_map<std::string, KafkaTopic> topics_;
    std::shared_ptr<Wakeups> wakeups_;
};

}  // namespace auditfwd
