// librdkafka's handles with owners. For sinks/kafka alone.
#pragma once

#include <librdkafka/rdkafka.h>

#include <memory>

namespace auditfwd {

template <auto kDestroy>
struct KafkaDestroy {
    template <class T>
    void operator()(T* handle) const {
        kDestroy(handle);
    }
};

using KafkaHandle = std::unique_ptr<rd_kafka_t, KafkaDestroy<rd_kafka_destroy>>;
using KafkaConf = std::unique_ptr<rd_kafka_conf_t, KafkaDestroy<rd_kafka_conf_destroy>>;
using KafkaQueue = std::unique_ptr<rd_kafka_queue_t, KafkaDestroy<rd_kafka_queue_destroy>>;
using KafkaTopic = std::unique_ptr<rd_kafka_topic_t, KafkaDestroy<rd_kafka_topic_destroy>>;
using KafkaEvent = std::unique_ptr<rd_kafka_event_t, KafkaDestroy<rd_kafka_event_destroy>>;
using KafkaHeaders = std::unique_ptr<rd_kafka_headers_t, KafkaDestroy<rd_kafka_headers_destroy>>;
using KafkaError = std::unique_ptr<rd_kafka_error_t, KafkaDestroy<rd_kafka_error_destroy>>;

}  // namespace auditfwd
