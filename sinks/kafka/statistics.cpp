#include "sinks/kafka/statistics.h"

#include <algorithm>

#include "codecs/small_json.h"

namespace auditfwd {

namespace {

constexpr double kMicro = 1e-6;
constexpr double kMilli = 1e-3;

// What a counter of the client's grew by; a client made anew begins again.
double growth(std::int64_t before, std::int64_t now) { return static_cast<double>(now < before ? now : now - before); }

}  // namespace

std::optional<KafkaStatistics> read_statistics(std::string_view json) {
    const auto document = SmallJson::parse(json);
    if (!document) return {};
    const auto number = [&](const std::string& pointer) { return document->number(pointer).value_or(0); };
    KafkaStatistics all{.queued_messages = number("/msg_cnt"), .queued_bytes = number("/msg_size")};
    for (const auto& broker : document->members("/brokers")) {
        const auto of = [&](const char* name) { return number(broker + name); };
        all.brokers_up += document->text(broker + "/state") == "UP";
        all.unsent_requests += of("/outbuf_cnt");
        all.unanswered_requests += of("/waitresp_cnt");
        all.round_trip_p50_us = std::max(all.round_trip_p50_us, of("/rtt/p50"));
        all.round_trip_p99_us = std::max(all.round_trip_p99_us, of("/rtt/p99"));
        all.throttle_p99_ms = std::max(all.throttle_p99_ms, of("/throttle/p99"));
        all.request_errors += of("/txerrs") + of("/rxerrs") + of("/req_timeouts");
        all.disconnects += of("/disconnects");
    }
    return all;
}

KafkaClientMetrics::KafkaClientMetrics(Metrics& metrics, const std::string& sink)
    : queued_messages_{metrics.gauge("auditfwd_kafka_queued_messages",
                                     "Messages in the client that no broker has acknowledged.", {{"sink", sink}})},
      queued_bytes_{metrics.gauge("auditfwd_kafka_queued_bytes", "Their bytes.", {{"sink", sink}})},
      brokers_up_{metrics.gauge("auditfwd_kafka_brokers_up", "Brokers with a connection.", {{"sink", sink}})},
      unsent_{metrics.gauge("auditfwd_kafka_requests", "Requests to brokers, by what they wait for.",
                            {{"sink", sink}, {"state", "unsent"}})},
      unanswered_{metrics.gauge("auditfwd_kafka_requests", "Requests to brokers, by what they wait for.",
                                {{"sink", sink}, {"state", "unanswered"}})},
      round_trip_p50_{metrics.gauge("auditfwd_kafka_round_trip_seconds",
                                    "How long the slowest broker took to answer, over the last seconds.",
                                    {{"sink", sink}, {"quantile", "0.5"}})},
      round_trip_p99_{metrics.gauge("auditfwd_kafka_round_trip_seconds",
                                    "How long the slowest broker took to answer, over the last seconds.",
                                    {{"sink", sink}, {"quantile", "0.99"}})},
      throttle_{metrics.gauge("auditfwd_kafka_throttle_seconds",
                              "How long brokers asked the client to wait, for a quota: the 99th percentile.",
                              {{"sink", sink}})},
      request_errors_{metrics.counter("auditfwd_kafka_request_errors_total",
                                      "Requests that could not be sent, were not answered in time, or whose answer "
                                      "could not be read.",
                                      {{"sink", sink}})},
      disconnects_{metrics.counter("auditfwd_kafka_disconnects_total",
                                   "Connections to brokers that ended, by whomever.", {{"sink", sink}})} {}

void KafkaClientMetrics::show(const KafkaStatistics& now) {
    queued_messages_.Set(static_cast<double>(now.queued_messages));
    queued_bytes_.Set(static_cast<double>(now.queued_bytes));
    brokers_up_.Set(static_cast<double>(now.brokers_up));
    unsent_.Set(static_cast<double>(now.unsent_requests));
    unanswered_.Set(static_cast<double>(now.unanswered_requests));
    round_trip_p50_.Set(static_cast<double>(now.round_trip_p50_us) * kMicro);
    round_trip_p99_.Set(static_cast<double>(now.round_trip_p99_us) * kMicro);
    throttle_.Set(static_cast<double>(now.throttle_p99_ms) * kMilli);
    request_errors_.Increment(growth(before_.request_errors, now.request_errors));
    disconnects_.Increment(growth(before_.disconnects, now.disconnects));
    before_ = now;
}

void KafkaClientMetrics::client_ended() {
    show({.request_errors = before_.request_errors, .disconnects = before_.disconnects});
    before_ = {};
}

}  // namespace auditfwd
