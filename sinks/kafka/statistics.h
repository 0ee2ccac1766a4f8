// What librdkafka says of itself every few seconds, as metrics of one client. Labels are the configuration's: brokers
// and topics are added up, or the worst of them counts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "forwarder/base/metrics.h"

namespace auditfwd {

struct KafkaStatistics {
    std::int64_t queued_messages = 0;  // in the client, all that were not acknowledged
    std::int64_t queued_bytes = 0;
    std::int64_t brokers_up = 0;
    std::int64_t unsent_requests = 0;      // of all brokers: the client's outbuf
    std::int64_t unanswered_requests = 0;  // of all brokers
    std::int64_t round_trip_p50_us = 0;    // the slowest broker's
    std::int64_t round_trip_p99_us = 0;
    std::int64_t throttle_p99_ms = 0;  // what the most throttling broker asked for
    // Since the client was made.
    std::int64_t request_errors = 0;  // sent in vain, unreadable answers, timed out
    std::int64_t disconnects = 0;
};

// Nothing when it is no such text. Pure.
std::optional<KafkaStatistics> read_statistics(std::string_view json);

// Owner and thread: whoever owns the client; it outlives several.
class KafkaClientMetrics {
public:
    KafkaClientMetrics(Metrics& metrics, const std::string& sink);
    void show(const KafkaStatistics& now);
    // The client has gone: the next one counts from zero.
    void client_ended();

private:
    Gauge& queued_messages_;
    Gauge& queued_bytes_;
    Gauge& brokers_up_;
    Gauge& unsent_;
    Gauge& unanswered_;
    Gauge& round_trip_p50_;
    Gauge& round_trip_p99_;
    Gauge& throttle_;
    Counter& request_errors_;
    Counter& disconnects_;
    KafkaStatistics before_;
};

}  // namespace auditfwd
