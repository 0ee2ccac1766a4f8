#include "sinks/kafka/statistics.h"

#include <gtest/gtest.h>

namespace auditfwd {
namespace {

// As librdkafka writes them, cut to what is read and something besides.
constexpr std::string_view kStatistics = R"({"name":"auditfwd#producer-1","msg_cnt":7,"msg_size":900,"brokers":{
    "h1:9092/1":{"state":"UP","outbuf_cnt":1,"waitresp_cnt":2,"txerrs":1,"rxerrs":2,"req_timeouts":3,"disconnects":4,
        "rtt":{"p50":100,"p99":900},"throttle":{"p99":0},"toppars":{"audit-0":{"topic":"audit","partition":0}}},
    "h~2:9092/2":{"state":"UP","outbuf_cnt":10,"waitresp_cnt":20,"txerrs":0,"rxerrs":0,"req_timeouts":0,"disconnects":1,
        "rtt":{"p50":300,"p99":500},"throttle":{"p99":1500}},
    "GroupCoordinator":{"state":"INIT"}},"topics":{}})";

TEST(KafkaStatistics, Brokers_are_added_up_or_the_worst_one_counts) {
    const auto read = read_statistics(kStatistics);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->queued_messages, 7);
    EXPECT_EQ(read->queued_bytes, 900);
    EXPECT_EQ(read->brokers_up, 2);
    EXPECT_EQ(read->unsent_requests, 11);
    EXPECT_EQ(read->unanswered_requests, 22);
    EXPECT_EQ(read->round_trip_p50_us, 300);
    EXPECT_EQ(read->round_trip_p99_us, 900);
    EXPECT_EQ(read->throttle_p99_ms, 1500);
    EXPECT_EQ(read->request_errors, 6);
    EXPECT_EQ(read->disconnects, 5);
}

TEST(KafkaStatistics, Another_text_says_nothing) {
    EXPECT_FALSE(read_statistics("no JSON"));
    const auto empty = read_statistics("{}");
    ASSERT_TRUE(empty);
    EXPECT_EQ(empty->brokers_up, 0);
}

TEST(KafkaStatistics, What_clients_counted_is_added_up_over_their_lives) {
    Metrics metrics;
    KafkaClientMetrics shown{metrics, "siem"};
    shown.show({.queued_messages = 5, .request_errors = 3});
    shown.show({.queued_messages = 4, .request_errors = 5});
    shown.client_ended();
    EXPECT_EQ(metrics.gauge("auditfwd_kafka_queued_messages", "", {{"sink", "siem"}}).Value(), 0);
    shown.show({.request_errors = 6});  // another client's
    EXPECT_EQ(metrics.counter("auditfwd_kafka_request_errors_total", "", {{"sink", "siem"}}).Value(), 11);
}

}  // namespace
}  // namespace auditfwd
