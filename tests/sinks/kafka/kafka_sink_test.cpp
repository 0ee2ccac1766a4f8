// The sink against librdkafka's imitation of a cluster; delivery is played by the test.
#include "sinks/kafka/kafka_sink.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>

#include "forwarder/base/task_group.h"
#include "tests/sinks/kafka/mock_cluster.h"
#include "tests/support/run_task.h"

namespace auditfwd {
namespace {

using namespace std::chrono_literals;
using testing::MockCluster;
using testing::run_task;

const std::string kSpoolId(32, 'b');

struct Records {
    explicit Records(std::size_t n, std::size_t bytes = 10) {
        for (std::size_t i = 0; i < n; ++i) {
            texts.push_back(R"({"auditID":"id-)" + std::to_string(i % 7) + R"(","verb":"get","n":)" +
                            std::to_string(i) + R"(,"pad":")" + std::string(bytes, 'x') +
                            R"(","auditfwd":{"cluster":"c-1","source":"webhook","detections":["A"]}})");
        }
        for (std::size_t i = 0; i < n; ++i) {
            views.push_back({Offset{i + 1}, texts[i], {.bytes = static_cast<std::uint32_t>(texts[i].size())}});
        }
    }
    Batch batch() const { return views; }
    Batch part(std::size_t first, std::size_t n) const { return Batch{views}.subspan(first, n); }

    std::vector<std::string> texts;
    std::vector<RecordView> views;
};

struct KafkaSinkTest : ::testing::Test {
    KafkaSinkTest() {
        cluster.create("audit");
        options.brokers = cluster.brokers();
        options.topic = "audit";
        options.linger = 5ms;
    }

    // Plays delivery: opens, does, closes.
    void with_sink(std::function<Task<void>(KafkaSink&)> use_it) {
        KafkaSink sink{options, {"siem", kSpoolId, files, helper, clock, metrics}};
        run_task(context, whole_life(sink, std::move(use_it)));
    }
    static Task<void> whole_life(KafkaSink& sink, std::function<Task<void>(KafkaSink&)> use_it) {
        const auto opened = co_await sink.open("", Offset{1});
        EXPECT_TRUE(opened) << opened.error().message;
        co_await use_it(sink);
        co_await sink.close();
    }

    double metric(const std::string& name) { return metrics.counter(name, "", {{"sink", "siem"}}).Value(); }

    MockCluster cluster;
    KafkaOptions options;
    SystemFileSystem files;
    SystemClock clock;
    Metrics metrics;
    HelperThread helper{"sink siem"};
    asio::io_context context{1};
};

std::string reason_of(const Outcome& outcome) {
    if (const auto* const failed = std::get_if<Transient>(&outcome)) return failed->reason;
    if (const auto* const refused = std::get_if<Permanent>(&outcome)) return "refused: " + refused->reason;
    return "delivered";
}

TEST_F(KafkaSinkTest, Records_arrive_as_they_are_in_order_of_their_key_with_what_is_known_of_them) {
    const Records records{1000};
    with_sink([&](KafkaSink& sink) -> Task<void> {
        const auto outcome = co_await sink.send(records.batch());
        EXPECT_EQ(reason_of(outcome), "delivered");
    });
    const auto messages = cluster.read("audit");
    ASSERT_EQ(messages.size(), 1000u);
    std::map<std::string, std::pair<int, std::size_t>> keys;  // partition, last number
    for (const auto& message : messages) {
        const auto n = std::stoul(message.value.substr(message.value.find("\"n\":") + 4));
        EXPECT_EQ(message.value, records.texts.at(n));
        EXPECT_EQ(message.key, "id-" + std::to_string(n % 7));
        EXPECT_EQ(message.headers.at("auditfwd-id"), kSpoolId + "-" + std::to_string(n + 1));
        EXPECT_EQ(message.headers.at("auditfwd-cluster"), "c-1");
        EXPECT_EQ(message.headers.at("auditfwd-level"), "Metadata");
        EXPECT_EQ(message.headers.at("auditfwd-detections"), "[\"A\"]");
        const auto [place, fresh] = keys.try_emplace(message.key, message.partition, n);
        EXPECT_EQ(place->second.first, message.partition);
        if (!fresh) {
            EXPECT_LT(std::exchange(place->second.second, n), n);
        }
    }
}

// Java's DefaultPartitioner for these keys and four partitions: toPositive(murmur2(key)) % 4.
TEST_F(KafkaSinkTest, Partitions_are_those_of_Javas_clients) {
    const Records records{7};
    with_sink([&](KafkaSink& sink) -> Task<void> { co_await sink.send(records.batch()); });
    const auto murmur2 = [](std::string_view key) {
        constexpr std::uint32_t m = 0x5bd1e995;
        auto h = 0x9747b28cu ^ static_cast<std::uint32_t>(key.size());
        std::size_t at = 0;
        const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(key[i])); };
        for (; at + 4 <= key.size(); at += 4) {
            auto k = byte(at) | byte(at + 1) << 8 | byte(at + 2) << 16 | byte(at + 3) << 24;
            k *= m;
            k ^= k >> 24;
            h = h * m ^ k * m;
        }
        if (key.size() - at == 3) h ^= byte(at + 2) << 16;
        if (key.size() - at >= 2) h ^= byte(at + 1) << 8;
        if (key.size() - at >= 1) h = (h ^ byte(at)) * m;
        h = (h ^ h >> 13) * m;
        return h ^ h >> 15;
    };
    for (const auto& message : cluster.read("audit"))
        EXPECT_EQ(message.partition, static_cast<int>((murmur2(message.key) & 0x7fffffff) % 4)) << message.key;
}

TEST_F(KafkaSinkTest, Sends_beside_each_other_stay_in_order) {
    const Records records{3000};
    options.key = KafkaKey::kUser;  // none: all random
    cluster.create("one", 1);
    options.topic = "one";
    with_sink([&](KafkaSink& sink) -> Task<void> {
        TaskGroup group{co_await asio::this_coro::executor};
        for (std::size_t i = 0; i < 30; ++i) {
            group.spawn([](KafkaSink& to, Batch batch) -> Task<void> {
                const auto outcome = co_await to.send(batch);
                EXPECT_EQ(reason_of(outcome), "delivered");
            }(sink, records.part(100 * i, 100)));
        }
        co_await group.join();
    });
    const auto messages = cluster.read("one", 1);
    ASSERT_EQ(messages.size(), 3000u);
    for (std::size_t i = 0; i < 3000; ++i) EXPECT_EQ(messages[i].value, records.texts[i]);
}

// (That it is not doubled either is the broker's work, which the mock does not do: tests/e2e/kafka_test.py.)
TEST_F(KafkaSinkTest, What_the_client_retries_by_itself_is_not_lost) {
    const Records records{500};
    cluster.answer_next({RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
                         RD_KAFKA_RESP_ERR__TRANSPORT});
    with_sink([&](KafkaSink& sink) -> Task<void> {
        const auto outcome = co_await sink.send(records.batch());
        EXPECT_EQ(reason_of(outcome), "delivered");
    });
    std::set<std::string> values;
    for (const auto& message : cluster.read("audit")) values.insert(message.value);
    EXPECT_EQ(values.size(), 500u);
    EXPECT_EQ(metric("auditfwd_kafka_producers_total"), 1);
}

// The order in which delivery sees it: no send works, one more commit, then the failed checkpoint, then open().
TEST_F(KafkaSinkTest, A_fatal_error_ends_in_a_producer_made_anew) {
    const Records records{20};
    with_sink([&](KafkaSink& sink) -> Task<void> {
        const auto before = co_await sink.send(records.part(0, 10));
        EXPECT_EQ(reason_of(before), "delivered");
        rd_kafka_test_fatal_error(sink.client(), RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, "test");
        const auto outcome = co_await sink.send(records.part(10, 10));
        EXPECT_NE(reason_of(outcome).find("_FATAL"), std::string::npos) << reason_of(outcome);
        EXPECT_TRUE(sink.checkpoint_due());
        const auto commits = co_await sink.checkpoint();
        EXPECT_TRUE(commits);
        const auto fails = co_await sink.checkpoint();
        EXPECT_FALSE(fails);
        const auto opened = co_await sink.open("", Offset{6});  // as if five had not been committed
        EXPECT_TRUE(opened);
        EXPECT_FALSE(sink.checkpoint_due());
        const auto again = co_await sink.send(records.part(5, 15));
        EXPECT_EQ(reason_of(again), "delivered");
    });
    EXPECT_EQ(cluster.read("audit").size(), 25u);
    EXPECT_EQ(metric("auditfwd_kafka_producers_total"), 2);
    EXPECT_EQ(metric("auditfwd_kafka_sent_again_total"), 10);
}

TEST_F(KafkaSinkTest, A_record_that_is_too_large_is_named_and_its_neighbours_come_once) {
    Records records{10};
    records.texts[4].insert(records.texts[4].size() - 1, ",\"x\":\"" + std::string(5000, 'x') + "\"");
    records.views[4].json = records.texts[4];
    options.oversize.limit_bytes = 16_KiB;
    cluster.create("one", 1);
    options.topic = "one";
    with_sink([&](KafkaSink& sink) -> Task<void> {
        // The only partition's requests: all are refused until one record is left that is as large as a request.
        std::size_t opens = 0;
        Outcome outcome;
        for (; opens < 10; ++opens) {
            cluster.answer_next({RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE});
            outcome = co_await sink.send(records.part(4, 1));
            if (std::holds_alternative<Permanent>(outcome)) break;
            EXPECT_NE(reason_of(outcome).find("takes less"), std::string::npos);
            const auto opened = co_await sink.open("", Offset{5});
            EXPECT_TRUE(opened);
        }
        EXPECT_EQ(opens, 2u);  // 15 KiB, 7.5 KiB, 3.75 KiB
        const auto* const refused = std::get_if<Permanent>(&outcome);
        if (refused == nullptr) co_return;
        EXPECT_EQ(refused->refused, std::vector<std::size_t>{0});
        EXPECT_EQ(refused->reason, "larger than the topic takes");
    });
    EXPECT_TRUE(cluster.read("one", 1).empty());
}

TEST_F(KafkaSinkTest, Records_beside_a_refused_one_are_not_sent_again) {
    Records records{3, 20'000};
    records.texts[1].insert(records.texts[1].size() - 1, ",\"x\":\"" + std::string(20'000, 'x') + "\"");
    records.views[1].json = records.texts[1];
    options.oversize.limit_bytes = 32_KiB;  // librdkafka itself refuses the second
    with_sink([&](KafkaSink& sink) -> Task<void> {
        const auto outcome = co_await sink.send(records.batch());
        const auto* const refused = std::get_if<Permanent>(&outcome);
        EXPECT_TRUE(refused != nullptr);
        if (refused == nullptr) co_return;
        EXPECT_EQ(refused->refused, std::vector<std::size_t>{1});
        const std::vector<RecordView> rest{records.views[0], records.views[2]};
        const auto again = co_await sink.send(rest);
        EXPECT_EQ(reason_of(again), "delivered");
        // Offsets mean nothing beyond that: dead letters of another spool may have the same.
        const auto other = co_await sink.send(rest);
        EXPECT_EQ(reason_of(other), "delivered");
    });
    EXPECT_EQ(cluster.read("audit").size(), 4u);
}

TEST_F(KafkaSinkTest, A_forbidden_topic_is_said_and_waits_for_a_human) {
    const Records records{10};
    with_sink([&](KafkaSink& sink) -> Task<void> {
        cluster.answer_next({RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED});
        const auto outcome = co_await sink.send(records.batch());
        EXPECT_NE(reason_of(outcome).find("TOPIC_AUTHORIZATION_FAILED"), std::string::npos) << reason_of(outcome);
    });
    cluster.fail_topic("audit", RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
    KafkaSink sink{options, {"siem", kSpoolId, files, helper, clock, metrics}};
    run_task(context, [](KafkaSink& opened) -> Task<void> {
        const auto said = co_await opened.open("", Offset{1});
        EXPECT_FALSE(said);
        if (!said) {
            EXPECT_EQ(said.error().code, ErrorCode::kInvalid);
        }
        co_await opened.close();
    }(sink));
}

TEST_F(KafkaSinkTest, Brokers_that_are_away_are_waited_for) {
    const Records records{100};
    with_sink([&](KafkaSink& sink) -> Task<void> {
        cluster.down();
        TaskGroup group{co_await asio::this_coro::executor};
        bool delivered = false;
        group.spawn([](KafkaSink& to, Batch batch, bool& done) -> Task<void> {
            const auto outcome = co_await to.send(batch);
            EXPECT_EQ(reason_of(outcome), "delivered");
            done = true;
        }(sink, records.batch(), delivered));
        Signal never{co_await asio::this_coro::executor};
        co_await never.wait_until(std::chrono::steady_clock::now() + 300ms);
        EXPECT_FALSE(delivered);
        cluster.up();
        co_await group.join();
    });
    EXPECT_EQ(cluster.read("audit").size(), 100u);
}

TEST_F(KafkaSinkTest, Unless_the_program_ends) {
    const Records records{100, 100'000};  // such that librdkafka refers to them in its requests
    options.compression = KafkaCompression::kNone;
    with_sink([&](KafkaSink& sink) -> Task<void> {
        cluster.down();
        sink.stop();
        const auto outcome = co_await sink.send(records.batch());
        EXPECT_EQ(reason_of(outcome), "no acknowledgement before the end");
    });
}

TEST_F(KafkaSinkTest, A_send_that_is_cut_short_leaves_nothing_behind) {
    KafkaSink sink{options, {"siem", kSpoolId, files, helper, clock, metrics}};
    for (unsigned round = 0; round < 5; ++round) {
        run_task(context, [](KafkaSinkTest& test, KafkaSink& cut, unsigned n) -> Task<void> {
            const auto opened = co_await cut.open("", Offset{1});
            EXPECT_TRUE(opened);
            if (n % 2 == 1) test.cluster.down();
            TaskGroup group{co_await asio::this_coro::executor};
            auto records = std::make_unique<Records>(200, 70'000);
            group.spawn(
                [](KafkaSink& to, Batch batch) -> Task<void> { co_await to.send(batch); }(cut, records->batch()));
            Signal never{co_await asio::this_coro::executor};
            const auto until = std::chrono::steady_clock::now() + n * 5ms;
            co_await never.wait_until(until);
            group.cancel();
            try {
                co_await group.join();
            } catch (const boost::system::system_error&) {
            }
            records.reset();  // the address sanitizer sees who still reads it
            test.cluster.up();
            co_await cut.close();
        }(*this, sink, round));
    }
}

TEST_F(KafkaSinkTest, Records_without_a_topic_of_their_own_go_to_the_fallback) {
    cluster.create("other");
    options.topic = "audit-${verb}";
    options.fallback_topic = "other";
    cluster.fail_topic("audit-get", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
    const Records records{50};
    with_sink([&](KafkaSink& sink) -> Task<void> {
        const auto outcome = co_await sink.send(records.batch());
        EXPECT_EQ(reason_of(outcome), "delivered");
        const auto again = co_await sink.send(records.batch());  // at once: it is known now
        EXPECT_EQ(reason_of(again), "delivered");
    });
    EXPECT_EQ(cluster.read("other").size(), 100u);
    EXPECT_EQ(metric("auditfwd_kafka_redirected_total"), 100);
}

}  // namespace
}  // namespace auditfwd
