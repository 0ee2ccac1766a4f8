// How a server ends: what is in hand is answered, what comes is refused, and nobody is waited for too long.
#include <thread>

#include "tests/net/server_fixture.h"

namespace auditfwd {
namespace {

using namespace std::chrono_literals;
using testing::metric;

class ServerStop : public testing::ServerFixture {
protected:
    void TearDown() override {}  // each test stops it
};

TEST_F(ServerStop, Lets_requests_in_hand_finish_and_closes_idle_connections) {
    open();
    auto idle = client();
    EXPECT_EQ(idle.post("/", "").status, 200);
    auto busy = client();
    busy.send("POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
    auto pipelined = client();
    pipelined.send(
        "POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi"
        "POST /late HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
    std::this_thread::sleep_for(100ms);  // until both are in hand; too short would only make the test weaker
    const auto begin = std::chrono::steady_clock::now();
    testing::stop(*server, *workers[1]);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 4s);
    EXPECT_EQ(idle.read_to_end(), "");
    const auto reply = busy.read_reply();
    EXPECT_EQ(reply.body, "POST /slow hi");
    EXPECT_EQ(reply.header("Connection"), "close");
    EXPECT_EQ(pipelined.read_reply().status, 200);
}

TEST_F(ServerStop, Waits_no_longer_than_it_may) {
    open();
    auto stuck = client();
    stuck.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhi");
    auto head = client();
    head.send("POST / HT");
    std::this_thread::sleep_for(50ms);
    const auto begin = std::chrono::steady_clock::now();
    testing::stop(*server, *workers[0], 200ms);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 4s);
    EXPECT_EQ(metric(metrics, "auditfwd_http_connections{server=\"test\"}"), 0);
}

TEST_F(ServerStop, Refuses_a_request_that_comes_meanwhile) {
    open();
    auto late = client();
    EXPECT_EQ(late.post("/", "").status, 200);
    late.send("POST / HTTP/1.1\r\nHo");
    auto busy = client();
    busy.send("POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
    std::this_thread::sleep_for(50ms);
    std::thread stopping{[&] { testing::stop(*server, *workers[0]); }};
    std::this_thread::sleep_for(50ms);
    late.send("st: x\r\nContent-Length: 2\r\n\r\nhi");
    const auto reply = late.read_reply();
    stopping.join();
    EXPECT_EQ(reply.status, 503);
    EXPECT_EQ(reply.header("Retry-After"), "1");
    EXPECT_EQ(reply.header("Connection"), "close");
    EXPECT_EQ(busy.read_reply().status, 200);
}

TEST_F(ServerStop, May_come_at_any_moment) {
    for (int round = 0; round < 50; ++round) {
        open();
        std::vector<testing::HttpClient> clients;
        for (int i = 0; i < round % 4; ++i) clients.push_back(client());
        for (auto& c : clients) c.try_send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
        testing::stop(*server, *workers[static_cast<std::size_t>(round) % 2]);
        EXPECT_EQ(metric(metrics, "auditfwd_http_connections{server=\"test\"}"), 0);
    }
}

}  // namespace
}  // namespace auditfwd
