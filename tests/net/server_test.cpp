// The server over real sockets: framing, keep-alive, limits in time and size.
#include <thread>

#include "forwarder/net/address.h"
#include "tests/net/server_fixture.h"

namespace auditfwd {
namespace {

using namespace std::chrono_literals;
using testing::HttpClient;
using testing::metric;
using testing::metric_becomes;

class Server : public testing::ServerFixture {};

TEST_F(Server, Answers_many_requests_on_one_connection) {
    open();
    auto c = client();
    for (int i = 0; i < 100; ++i) {
        const auto reply = c.post("/x?timeout=30s", "body " + std::to_string(i));
        EXPECT_EQ(reply.status, 200);
        EXPECT_EQ(reply.body, "POST /x?timeout=30s body " + std::to_string(i));
        EXPECT_EQ(reply.header("Content-Type"), "application/json");
    }
    EXPECT_EQ(metric(metrics, "auditfwd_http_connections_total{server=\"test\"}"), 1);
    EXPECT_EQ(metric(metrics, answered(200)), 100);
}

TEST_F(Server, Answers_pipelined_requests_in_order) {
    open();
    auto c = client();
    std::string all;
    for (int i = 0; i < 50; ++i) {
        all += "POST /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc";
        all += "POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    }
    c.send(all);
    for (int i = 0; i < 50; ++i) {
        EXPECT_EQ(c.read_reply().body, "POST /" + std::to_string(i) + " abc");
        EXPECT_EQ(c.read_reply().body, "POST /c abc");
    }
}

TEST_F(Server, Takes_a_request_byte_by_byte) {
    open();
    auto c = client();
    for (const char byte : std::string{"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                                       "3;x\r\nabc\r\n2\r\nde\r\n0\r\nT: r\r\n\r\n"}) {
        c.send({&byte, 1});
        std::this_thread::sleep_for(200us);
    }
    EXPECT_EQ(c.read_reply().body, "POST / abcde");
}

TEST_F(Server, Takes_bodies_far_larger_than_its_buffer) {
    open();
    auto c = client();
    std::string body(1'000'000, 'x');
    for (std::size_t i = 0; i < body.size(); i += 7) body[i] = static_cast<char>('a' + i % 26);
    EXPECT_TRUE(c.post("/", body).body == "POST / " + body);
    std::string chunks;
    for (std::size_t i = 0; i < body.size(); i += 50'000) chunks += "c350\r\n" + body.substr(i, 50'000) + "\r\n";
    c.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + "0\r\n\r\n");
    EXPECT_TRUE(c.read_reply().body == "POST / " + body);
    EXPECT_EQ(metric(metrics, "auditfwd_http_connections_total{server=\"test\"}"), 1);
}

TEST_F(Server, Tells_a_client_that_asks_to_continue_once_the_body_is_wanted) {
    open();
    auto c = client();
    c.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    EXPECT_EQ(c.read_reply().status, 100);
    c.send("ok");
    EXPECT_EQ(c.read_reply().body, "POST / ok");
    c.send("POST /unread HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    const auto refused = c.read_reply();
    EXPECT_EQ(refused.status, 413);
    EXPECT_EQ(refused.header("Connection"), "close");
}

TEST_F(Server, Speaks_with_old_clients) {
    open();
    auto c = client();
    c.send("POST /old HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi");
    EXPECT_EQ(c.read_reply().body, "POST /old hi");
    EXPECT_EQ(c.read_to_end(), "");
    auto kept = client();
    for (int i = 0; i < 2; ++i) {
        kept.send("POST /old HTTP/1.0\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\nhi");
        EXPECT_EQ(kept.read_reply().header("Connection"), "keep-alive");
    }
}

TEST_F(Server, Refuses_a_head_that_is_wrong_or_too_large_and_closes) {
    open();
    auto wrong = client();
    wrong.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /");
    EXPECT_EQ(wrong.read_reply().status, 400);
    EXPECT_EQ(wrong.read_to_end(), "") << "what follows is not another request";
    auto large = client();
    large.send("POST / HTTP/1.1\r\nHost: x\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n");
    EXPECT_EQ(large.read_reply().status, 431);
    EXPECT_EQ(large.read_to_end(), "");
    auto tls = client();
    tls.send(std::string{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n", 13});
    EXPECT_EQ(tls.read_reply().status, 400);
    EXPECT_EQ(metric(metrics, answered(400)), 2);
    EXPECT_EQ(metric(metrics, answered(431)), 1);
}

TEST_F(Server, A_head_that_does_not_end_is_not_waited_for) {
    options.timeouts.head = 300ms;
    open();
    auto c = client();
    c.send("POST / HTTP/1.1\r\nHost: x\r\n");
    for (int i = 0; i < 100 && c.try_send("X: y\r\n"); ++i) std::this_thread::sleep_for(10ms);
    EXPECT_TRUE(metric_becomes(metrics, answered(408), 1));
    auto silent = client();
    EXPECT_EQ(silent.read_to_end(), "") << "nothing was asked, nothing is answered";
}

TEST_F(Server, An_idle_connection_is_closed_in_the_end) {
    options.timeouts.idle = 200ms;
    open();
    auto c = client();
    EXPECT_EQ(c.post("/", "").status, 200);
    EXPECT_EQ(c.read_to_end(), "");
}

TEST_F(Server, An_old_connection_is_closed_behind_an_answer) {
    options.timeouts.age_max = 0ms;
    open();
    auto c = client();
    EXPECT_EQ(c.post("/", "").header("Connection"), "close");
    EXPECT_EQ(c.read_to_end(), "");
}

TEST_F(Server, A_client_that_ended_its_sending_gets_its_answer) {
    open();
    auto c = client();
    c.send("POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
    c.end_sending();
    EXPECT_EQ(c.read_reply().body, "POST /slow hi");
    EXPECT_EQ(c.read_to_end(), "");
}

TEST_F(Server, A_body_that_ends_early_is_refused) {
    open();
    auto counted = client();
    counted.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhi");
    counted.end_sending();
    EXPECT_EQ(counted.read_reply().status, 400);
    auto chunked = client();
    chunked.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel");
    chunked.end_sending();
    EXPECT_EQ(chunked.read_reply().status, 400);
    auto head = client();
    head.send("POST / HTT");
    head.end_sending();
    EXPECT_EQ(head.read_reply().status, 400);
}

TEST_F(Server, A_body_larger_than_its_room_is_refused) {
    open();
    auto counted = client();
    counted.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1073741824\r\n\r\n");
    EXPECT_EQ(counted.read_reply().status, 413);
    auto chunked = client();
    chunked.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    const std::string chunk = "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
    for (int i = 0; i < 17; ++i) chunked.try_send(chunk);
    EXPECT_EQ(chunked.read_reply().status, 413);
}

TEST_F(Server, The_answer_to_a_refused_body_arrives_while_the_client_still_sends) {
    options.timeouts.drain = 10s;
    open();
    auto c = client();
    c.send("POST /unread HTTP/1.1\r\nHost: x\r\nContent-Length: 8000000\r\n\r\n");
    EXPECT_TRUE(c.try_send(std::string(8'000'000, 'x'))) << "drained, not reset";
    EXPECT_EQ(c.read_reply().status, 413);
    EXPECT_EQ(c.read_to_end(), "");
}

TEST_F(Server, A_small_body_that_is_refused_does_not_cost_the_connection) {
    open();
    auto c = client();
    EXPECT_EQ(c.post("/unread", std::string(200'000, 'x')).header("Connection"), "keep-alive");
    c.send("POST /unread HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n");
    EXPECT_EQ(c.read_reply().status, 413) << "before the body has come";
    c.send("hello");
    EXPECT_EQ(c.post("/", "x").body, "POST / x");
    c.send("POST /unread HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhe");
    EXPECT_EQ(c.read_reply().status, 413);
    EXPECT_EQ(c.read_to_end(), "") << "the rest is not waited for";
}

TEST_F(Server, A_client_that_does_not_read_its_answers_is_left) {
    options.timeouts.write = 200ms;
    open();
    auto c = client();
    const std::string body(1'000'000, 'x');
    bool taken = true;
    for (int i = 0; i < 50 && taken; ++i) {
        taken = c.try_send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n") && c.try_send(body);
    }
    EXPECT_TRUE(metric_becomes(metrics, "auditfwd_http_connections{server=\"test\"}", 0));
    EXPECT_EQ(metric(metrics, "auditfwd_http_connections_broken_total{server=\"test\"}"), 1);
}

TEST_F(Server, A_handler_that_throws_costs_one_connection) {
    open();
    auto neighbour = client();
    EXPECT_EQ(neighbour.post("/", "a").status, 200);
    auto c = client();
    EXPECT_THROW(c.post("/throw", "a"), std::exception);
    EXPECT_EQ(neighbour.post("/", "b").status, 200);
}

TEST_F(Server, Too_many_connections_are_closed_at_once) {
    options.connections_max = 3;
    open();
    std::vector<HttpClient> held;
    for (int i = 0; i < 3; ++i) {
        held.push_back(client());
        EXPECT_EQ(held.back().post("/", "").status, 200);
    }
    auto refused = client();
    EXPECT_EQ(refused.read_to_end(), "");
    EXPECT_EQ(metric(metrics, "auditfwd_http_connections_refused_total{server=\"test\"}"), 1);
    held.pop_back();
    EXPECT_TRUE(metric_becomes(metrics, "auditfwd_http_connections{server=\"test\"}", 2));
    EXPECT_EQ(client().post("/", "").status, 200);
}

TEST_F(Server, Serves_64_connections_at_once) {
    open();
    std::vector<std::thread> threads;
    std::atomic<int> right{0};
    for (int i = 0; i < 64; ++i) {
        threads.emplace_back([&, i] {
            auto c = client();
            const std::string body(1000 * (static_cast<std::size_t>(i) + 1), static_cast<char>('A' + i % 26));
            for (int n = 0; n < 10; ++n) right += c.post("/", body).body == "POST / " + body;
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(right, 640);
    EXPECT_TRUE(metric_becomes(metrics, "auditfwd_http_connections{server=\"test\"}", 0));
}

TEST_F(Server, Says_why_it_cannot_listen) {
    open();
    options.listen = to_string(server->endpoint());
    std::vector<HttpServer::Lane> lanes{{workers[0]->executor(), handler}};
    const auto again = HttpServer::open(options, lanes, metrics);
    ASSERT_FALSE(again);
    EXPECT_NE(again.error().message.find("in use"), std::string::npos) << again.error().message;
}

}  // namespace
}  // namespace auditfwd
