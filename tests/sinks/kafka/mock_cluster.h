// librdkafka's own imitation of a cluster: three brokers in this process, and a reader of what they hold.
#pragma once

#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <map>
#include <string>
#include <vector>

#include "sinks/kafka/handles.h"

namespace auditfwd::testing {

struct KafkaMessage {
    std::string topic;
    int partition = 0;
    std::string key;
    std::string value;
    std::map<std::string, std::string> headers{};
};

class MockCluster {
public:
    MockCluster() : host_{rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), nullptr, 0)} {
        cluster_ = rd_kafka_mock_cluster_new(host_.get(), 3);
    }
    MockCluster(const MockCluster&) = delete;
    ~MockCluster() { rd_kafka_mock_cluster_destroy(cluster_); }

    std::vector<std::string> brokers() const { return {rd_kafka_mock_cluster_bootstraps(cluster_)}; }
    void create(const std::string& topic, int partitions = 4) {
        rd_kafka_mock_topic_create(cluster_, topic.c_str(), partitions, 3);
    }
    // The next answers to produce requests.
    void answer_next(std::vector<rd_kafka_resp_err_t> errors) {
        constexpr std::int16_t kProduce = 0;
        rd_kafka_mock_push_request_errors_array(cluster_, kProduce, errors.size(), errors.data());
    }
    void fail_topic(const std::string& topic, rd_kafka_resp_err_t error) {
        rd_kafka_mock_topic_set_error(cluster_, topic.c_str(), error);
    }
    void down() {
        for (int i = 1; i <= 3; ++i) rd_kafka_mock_broker_set_down(cluster_, i);
    }
    void up() {
        for (int i = 1; i <= 3; ++i) rd_kafka_mock_broker_set_up(cluster_, i);
    }

    // Everything in the partitions of a topic, each in order.
    std::vector<KafkaMessage> read(const std::string& topic, int partitions = 4) {
        auto* const conf = rd_kafka_conf_new();
        for (const auto& [name, value] : std::map<std::string, std::string>{
                 {"bootstrap.servers", brokers().front()}, {"group.id", "reader"}, {"enable.partition.eof", "true"}})
            EXPECT_EQ(rd_kafka_conf_set(conf, name.c_str(), value.c_str(), nullptr, 0), RD_KAFKA_CONF_OK);
        const KafkaHandle reader{rd_kafka_new(RD_KAFKA_CONSUMER, conf, nullptr, 0)};
        rd_kafka_poll_set_consumer(reader.get());
        auto* const wanted = rd_kafka_topic_partition_list_new(partitions);
        for (int i = 0; i < partitions; ++i)
            rd_kafka_topic_partition_list_add(wanted, topic.c_str(), i)->offset = RD_KAFKA_OFFSET_BEGINNING;
        rd_kafka_assign(reader.get(), wanted);
        rd_kafka_topic_partition_list_destroy(wanted);
        std::vector<KafkaMessage> all;
        for (int ended = 0, idle = 0; ended < partitions && idle < 100;) {
            auto* const message = rd_kafka_consumer_poll(reader.get(), 100);
            if (message == nullptr) {
                ++idle;
                continue;
            }
            if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) ++ended;
            if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) all.push_back(copy(topic, message));
            rd_kafka_message_destroy(message);
        }
        rd_kafka_consumer_close(reader.get());
        return all;
    }

private:
    static KafkaMessage copy(const std::string& topic, rd_kafka_message_t* message) {
        KafkaMessage made{.topic = topic,
                          .partition = message->partition,
                          .key = {static_cast<const char*>(message->key), message->key_len},
                          .value = {static_cast<const char*>(message->payload), message->len}};
        rd_kafka_headers_t* headers = nullptr;
        if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return made;
        const char* name = nullptr;
        const void* value = nullptr;
        std::size_t bytes = 0;
        for (std::size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &bytes) == 0; ++i)
            made.headers[name] = {static_cast<const char*>(value), bytes};
        return made;
    }

    KafkaHandle host_;
    rd_kafka_mock_cluster_t* cluster_;
};

}  // namespace auditfwd::testing
