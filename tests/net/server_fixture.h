// A server on two workers that echoes, with limits short enough for tests.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "forwarder/net/http_server.h"
#include "tests/net/http_client.h"
#include "tests/net/metric.h"
#include "tests/net/running.h"

namespace auditfwd::testing {

// Answers with method, target and body; "/unread" without reading the body, "/slow" after half a second.
class EchoHandler final : public HttpHandler {
public:
    Task<HttpAnswer> handle(const HttpRequest& request, HttpBodyReader& reader) override {
        if (request.target == "/unread") co_return refusal(413, "unread");
        if (request.target == "/throw") throw std::runtime_error{"a bug"};
        constexpr std::uint64_t kRoom = 1 << 20;
        std::string body(static_cast<std::size_t>(std::min(request.content_length.value_or(kRoom), kRoom)), '\0');
        const auto bytes = co_await reader.read(body, request.received_at + std::chrono::seconds{2});
        if (!bytes) co_return refusal(bytes.error().code == ErrorCode::kTooLarge ? 413 : 400, bytes.error().message);
        body.resize(*bytes);
        if (request.target == "/slow") {
            asio::steady_timer timer{co_await asio::this_coro::executor, std::chrono::milliseconds{500}};
            co_await timer.async_wait(use);
        }
        co_return HttpAnswer{200, request.method + " " + request.target + " " + body};
    }
};

class ServerFixture : public ::testing::Test {
protected:
    void SetUp() override {
        options.name = "test";
        options.listen = "127.0.0.1:0";
        options.timeouts.drain = std::chrono::milliseconds{300};
    }

    void TearDown() override {
        if (server) stop(*server, *workers[0]);
    }

    void open() {
        std::vector<HttpServer::Lane> lanes;
        for (auto& worker : workers) lanes.push_back({worker->executor(), handler});
        server = HttpServer::open(options, lanes, metrics).value();
        server->start();
    }

    HttpClient client() { return HttpClient{server->endpoint().port()}; }
    std::string answered(unsigned code) {
        return "auditfwd_http_requests_total{code=\"" + std::to_string(code) + "\",server=\"test\"}";
    }

    HttpServer::Options options;
    std::vector<std::unique_ptr<Worker>> workers = make_workers(2);
    Metrics metrics;
    EchoHandler handler;
    std::unique_ptr<HttpServer> server;
};

}  // namespace auditfwd::testing
