// The source as a kube-apiserver meets it: every row of the answer table, every time-out, over real sockets.
#include <thread>

#include "tests/net/gzip.h"
#include "tests/source/webhook/webhook_fixture.h"

namespace auditfwd {
namespace {

using namespace std::chrono_literals;
using testing::gzip;
using testing::HttpClient;
using testing::metric;

class Webhook : public testing::WebhookFixture {};

TEST_F(Webhook, Answers_200_when_the_intake_has_everything_durable) {
    intake.give({.received = 3, .stored = 1, .dropped = 1, .rejected = 1, .first_rejection = "item 2: no kind"});
    options.durability = Durability::kInterval;
    open();
    auto c = client();
    const auto reply = c.post("/audit?timeout=30s", "{\"items\":[]}");
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.header("Content-Type"), "application/json");
    EXPECT_EQ(reply.body, "{\"accepted\":1,\"dropped\":1,\"rejected\":1,\"first_rejection\":\"item 2: no kind\"}\n");
    EXPECT_EQ(c.post("/audit/away", "second").status, 200);
    const auto seen = intake.seen();
    ASSERT_EQ(seen.size(), 2u);
    EXPECT_EQ(seen[0].body, "{\"items\":[]}");
    EXPECT_EQ(seen[0].origin.cluster, "home");
    EXPECT_EQ(seen[0].origin.source, "webhook");
    EXPECT_EQ(seen[0].origin.peer, "");
    EXPECT_FALSE(seen[0].origin.trusted);
    EXPECT_EQ(seen[0].durability, Durability::kInterval);
    EXPECT_EQ(seen[1].origin.cluster, "away");
    EXPECT_EQ(budget.in_use(), 0u);
}

TEST_F(Webhook, Gives_the_answer_of_the_table_to_what_the_intake_refuses) {
    open();
    auto c = client();
    struct Row {
        ErrorCode code;
        int status;
        std::string retry_after;
        std::string counted;
    };
    for (const auto& row : {Row{ErrorCode::kInvalid, 400, "", "invalid"}, Row{ErrorCode::kTooLarge, 413, "", "size"},
                            Row{ErrorCode::kFull, 503, "3", "full"}, Row{ErrorCode::kBroken, 503, "3", "broken"},
                            Row{ErrorCode::kUnavailable, 503, "1", "stopping"}}) {
        intake.refuse(row.code, "why");
        const auto reply = c.post("/", "x");
        EXPECT_EQ(reply.status, row.status) << row.counted;
        EXPECT_EQ(reply.header("Retry-After"), row.retry_after) << row.counted;
        EXPECT_EQ(reply.header("Content-Type"), "application/json");
        EXPECT_EQ(refused(row.counted), 1) << row.counted;
    }
    EXPECT_EQ(metric(metrics, "auditfwd_http_connections_total{server=\"webhook\"}"), 1) << "kept through refusals";
    EXPECT_EQ(late(), 0);
}

TEST_F(Webhook, Refuses_paths_methods_and_codings_it_does_not_know) {
    open();
    auto c = client();
    EXPECT_EQ(c.post("/nope", "x").status, 404);
    EXPECT_EQ(c.post("/audit/a%20b", "x").status, 404);
    c.send("GET /audit HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto get = c.read_reply();
    EXPECT_EQ(get.status, 405);
    EXPECT_EQ(get.header("Allow"), "POST");
    EXPECT_EQ(c.post("/", "x", "Content-Encoding: zstd\r\n").status, 415);
    EXPECT_TRUE(intake.seen().empty());
    EXPECT_EQ(refused("path"), 2);
    EXPECT_EQ(refused("method"), 1);
    EXPECT_EQ(refused("coding"), 1);
}

TEST_F(Webhook, Refuses_bodies_above_the_bound_before_it_reads_them) {
    open();
    for (const std::string length : {"1000001", "1073741824", "999999999999999999"}) {
        auto c = client();
        c.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: " + length + "\r\n\r\n");
        EXPECT_EQ(c.read_reply().status, 413) << length;
    }
    auto chunked = client();
    chunked.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nF4241\r\n" +
                 std::string(1'000'001, 'x') + "\r\n0\r\n\r\n");
    EXPECT_EQ(chunked.read_reply().status, 413);
    auto largest = client();
    EXPECT_EQ(largest.post("/", std::string(1'000'000, 'x')).status, 200);
    EXPECT_EQ(refused("size"), 4);
}

TEST_F(Webhook, A_body_that_does_not_come_is_not_waited_for) {
    times.http.body_silence = 200ms;
    times.request.body = 400ms;
    open();
    auto silent = client();
    silent.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
    EXPECT_EQ(silent.read_reply().status, 408);
    EXPECT_EQ(silent.read_to_end(), "");

    auto dripping = client();  // never silent, never done
    dripping.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n");
    const auto begin = std::chrono::steady_clock::now();
    while (dripping.try_send("x") && std::chrono::steady_clock::now() - begin < 500ms)
        std::this_thread::sleep_for(10ms);
    EXPECT_EQ(dripping.read_reply().status, 408);
    EXPECT_EQ(refused("body_slow"), 2);
    EXPECT_EQ(budget.in_use(), 0u);
}

TEST_F(Webhook, Broken_bodies_reach_no_intake) {
    open();
    auto cut = client();
    cut.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
    cut.end_sending();
    EXPECT_EQ(cut.read_reply().status, 400);
    auto chunks = client();
    chunks.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcX\r\n");
    EXPECT_EQ(chunks.read_reply().status, 400);
    EXPECT_TRUE(intake.seen().empty());
    EXPECT_EQ(refused("body_broken"), 2);
    EXPECT_EQ(budget.in_use(), 0u);
}

TEST_F(Webhook, Takes_gzip_counted_or_in_chunks) {
    open();
    auto c = client();
    const auto zipped = gzip(std::string(900'000, 'x'));
    EXPECT_EQ(c.post("/", zipped, "Content-Encoding: gzip\r\n").status, 200);
    c.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (const char byte : zipped.substr(0, 30)) c.send("1\r\n" + std::string{byte} + "\r\n");
    char size[16];
    std::snprintf(size, sizeof size, "%zx\r\n", zipped.size() - 30);
    c.send(size + zipped.substr(30) + "\r\n0\r\n\r\n");
    EXPECT_EQ(c.read_reply().status, 200);
    for (const auto& seen : intake.seen()) EXPECT_TRUE(seen.body == std::string(900'000, 'x'));
}

TEST_F(Webhook, Refuses_gzip_that_is_broken_or_a_bomb) {
    open();
    auto c = client();
    const auto zipped = gzip("some text that is long enough to be cut");
    EXPECT_EQ(c.post("/", "{}", "Content-Encoding: gzip\r\n").status, 400);
    EXPECT_EQ(client().post("/", zipped.substr(0, 20), "Content-Encoding: gzip\r\n").status, 400);
    EXPECT_EQ(client().post("/", "", "Content-Encoding: gzip\r\n").status, 400);
    EXPECT_EQ(client().post("/", gzip(std::string(1'000'001, '\0')), "Content-Encoding: gzip\r\n").status, 413);
    EXPECT_EQ(client().post("/", gzip(std::string(10'000'000, '\0')), "Content-Encoding: gzip\r\n").status, 413);
    EXPECT_TRUE(intake.seen().empty());
    EXPECT_EQ(refused("body_broken"), 3);
    EXPECT_EQ(refused("size"), 2);
    EXPECT_EQ(budget.in_use(), 0u);
}

TEST_F(Webhook, Waits_for_memory_and_not_too_long) {
    times.request.memory = 300ms;
    open();
    auto& on = *workers[0];
    auto taking = budget.reserve(16_MiB, SteadyTime::max());
    auto all = asio::co_spawn(on.executor(), std::move(taking), asio::use_future).get();
    auto c = client();
    c.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
    const auto reply = c.read_reply();
    EXPECT_EQ(reply.status, 503);
    EXPECT_EQ(reply.header("Retry-After"), "3");
    EXPECT_EQ(refused("memory"), 1);

    c.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
    std::this_thread::sleep_for(50ms);
    all->release();
    EXPECT_EQ(c.read_reply().status, 200);
}

TEST_F(Webhook, Bodies_of_unknown_size_reserve_the_most_and_give_back) {
    intake.take(100ms);
    open();
    auto c = client();
    c.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    while (budget.in_use() == 0) std::this_thread::sleep_for(1ms);
    EXPECT_EQ(budget.in_use(), memory_for_body(1'000'000));
    c.send("2\r\nhi\r\n0\r\n\r\n");
    while (intake.seen().empty()) std::this_thread::sleep_for(1ms);
    EXPECT_EQ(budget.in_use(), memory_for_body(2));
    EXPECT_EQ(c.read_reply().status, 200);
    EXPECT_EQ(intake.seen().at(0).body, "hi");
    EXPECT_EQ(budget.in_use(), 0u);
}

TEST_F(Webhook, What_is_not_durable_in_time_is_refused_and_counted) {
    intake.take(30s);
    times.request.durable = 600ms;
    open();
    auto c = client();
    const auto begin = std::chrono::steady_clock::now();
    const auto reply = c.post("/", "x");
    const auto taken = std::chrono::steady_clock::now() - begin;
    EXPECT_EQ(reply.status, 503);
    EXPECT_EQ(reply.header("Retry-After"), "3");
    EXPECT_GT(taken, 500ms);
    EXPECT_LT(taken, 10s);
    EXPECT_EQ(late(), 1);
    EXPECT_EQ(refused("late"), 1);
}

TEST_F(Webhook, A_client_that_ended_its_sending_gets_its_answer) {
    intake.take(100ms);
    open();
    auto c = client();
    c.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
    c.end_sending();
    EXPECT_EQ(c.read_reply().status, 200);
    EXPECT_EQ(c.read_to_end(), "");
}

TEST_F(Webhook, Stopping_finishes_what_is_in_hand_and_refuses_what_comes) {
    intake.take(300ms);
    open();
    auto busy = client();
    busy.send(
        "POST /audit HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi"
        "POST /audit HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nho");
    while (intake.seen().empty()) std::this_thread::sleep_for(1ms);
    testing::stop(*source, *workers[1]);
    EXPECT_EQ(busy.read_reply().status, 200);
    EXPECT_EQ(intake.seen().size(), 1u);
    EXPECT_EQ(budget.in_use(), 0u);
}

TEST_F(Webhook, Stopping_cancels_what_takes_too_long) {
    intake.take(10s);
    open();
    auto busy = client();
    busy.send("POST /audit HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
    while (intake.seen().empty()) std::this_thread::sleep_for(1ms);
    testing::stop(*source, *workers[1], 100ms);
    EXPECT_EQ(budget.in_use(), 0u);
    EXPECT_THROW(busy.read_reply(), std::exception);
}

TEST_F(Webhook, Serves_64_connections_at_once_within_its_memory) {
    intake.take(5ms);
    open();
    std::vector<std::thread> threads;
    std::atomic<int> right{0};
    for (int i = 0; i < 64; ++i) {
        threads.emplace_back([&] {
            auto c = client();
            const std::string body(500'000, 'x');
            for (int n = 0; n < 3; ++n) {
                const auto status = c.post("/", body).status;
                right += status == 200 || status == 503;
                if (status != 200) return;
            }
        });
    }
    std::size_t most = 0;
    for (int i = 0; i < 100; ++i) {
        most = std::max(most, budget.in_use());
        std::this_thread::sleep_for(1ms);
    }
    for (auto& thread : threads) thread.join();
    EXPECT_GE(right, 64);
    EXPECT_LE(most, 16_MiB);
    EXPECT_EQ(budget.in_use(), 0u);
}

TEST_F(Webhook, Is_not_opened_to_other_machines_without_guards) {
    const auto opens = [&] {
        std::vector<WebhookSource::Lane> lanes{{workers[0]->executor(), intake}};
        Metrics own;
        return WebhookSource::open(options, lanes, budget, own, times);
    };
    for (const auto address : {"0.0.0.0:0", "[::]:0"}) {
        options.insecure = false;
        options.listen = address;
        const auto refused_to_open = opens();
        ASSERT_FALSE(refused_to_open) << address;
        EXPECT_EQ(refused_to_open.error().code, ErrorCode::kInvalid);
        EXPECT_NE(refused_to_open.error().message.find("insecure: true"), std::string::npos);
    }
    options.listen = "0.0.0.0:0";
    options.insecure = true;
    EXPECT_TRUE(opens());
}

TEST_F(Webhook, Is_not_opened_with_bodies_that_memory_cannot_hold) {
    options.body_bytes_max = 6'000'000;
    std::vector<WebhookSource::Lane> lanes{{workers[0]->executor(), intake}};
    const auto opened = WebhookSource::open(options, lanes, budget, metrics, times);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::kInvalid);
}

}  // namespace
}  // namespace auditfwd
