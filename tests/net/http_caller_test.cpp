// The client against our own server, TLS included, and against a server that does what none should.
#include <gtest/gtest.h>

#include "forwarder/net/http_client.h"
#include "tests/net/certificates.h"
#include "tests/net/scripted_server.h"
#include "tests/net/server_fixture.h"

namespace auditfwd {
namespace {

using namespace std::chrono_literals;
using testing::ScriptedServer;

SteadyTime in(std::chrono::milliseconds time) { return SystemClock{}.steady() + time; }

struct Calls {
    explicit Calls(auditfwd::HttpClient::Options options)
        : client{std::make_unique<auditfwd::HttpClient>(std::move(options))} {}
    explicit Calls(std::uint16_t port) : Calls{auditfwd::HttpClient::Options{.endpoint = {false, "127.0.0.1", port}}} {}

    Result<HttpReply> get(const std::string& target = "/", std::chrono::milliseconds time = 5s) {
        const HttpCall call{.target = target, .until = in(time)};
        return make(call);
    }
    Result<HttpReply> post(std::string_view body) {
        const HttpCall call{.method = "POST", .target = "/p", .body = body, .until = in(5s)};
        return make(call);
    }
    Result<HttpReply> make(const HttpCall& call) { return begin(call).get(); }
    std::future<Result<HttpReply>> begin(const HttpCall& call) {
        return asio::co_spawn(worker.executor(), client->call(call), asio::use_future);
    }

    // Its connections end where they were used, and before the worker's event loop does.
    ~Calls() { asio::co_spawn(worker.executor(), end(), asio::use_future).get(); }
    Task<void> end() {
        client.reset();
        co_return;
    }

    std::unique_ptr<auditfwd::HttpClient> client;
    Worker worker{"test client"};
};

class HttpCallerTest : public testing::ServerFixture {};

TEST_F(HttpCallerTest, Gets_the_answer_to_each_request_on_one_connection) {
    open();
    Calls calls{server->endpoint().port()};
    const std::string large(300'000, 'x');
    for (const std::string& body : {std::string{}, std::string{"hello"}, large, std::string{"again"}}) {
        const auto reply = calls.post(body);
        ASSERT_TRUE(reply) << reply.error().message;
        EXPECT_EQ(reply->status, 200u);
        EXPECT_EQ(reply->body, "POST /p " + body);
        EXPECT_EQ(reply->field("CONTENT-TYPE"), "application/json");
    }
    EXPECT_EQ(calls.client->connects(), 1u);
}

TEST_F(HttpCallerTest, Calls_at_once_have_a_connection_each_and_these_are_kept) {
    open();
    Calls calls{server->endpoint().port()};
    for (int round = 0; round < 2; ++round) {
        const HttpCall call{.target = "/slow", .until = in(5s)};
        std::vector<std::future<Result<HttpReply>>> replies;
        for (int i = 0; i < 3; ++i) replies.push_back(calls.begin(call));
        for (auto& reply : replies) EXPECT_TRUE(reply.get());
        EXPECT_EQ(calls.client->connects(), 3u);
    }
}

class HttpsCallerTest : public testing::ServerFixture {
protected:
    // A server whose certificate bears `dns`.
    void serve(const testing::CertificateOptions& certificate) {
        const auto files = authority.issue("server", certificate);
        options.tls = TlsServerOptions{files.certificate, files.key, {}, {}};
        open();
    }
    Result<HttpReply> get(const std::string& host, const std::filesystem::path& ca) {
        Calls calls{{.endpoint = {true, host, server->endpoint().port()}, .ca_file = ca}};
        auto first = calls.get("/tls");
        // TLS 1.3 sends tickets behind the first answer: they must not look like an end.
        if (first) first = calls.get("/tls");
        if (first) {
            EXPECT_EQ(calls.client->connects(), 1u);
        }
        return first;
    }

    testing::CertificateAuthority authority;
};

TEST_F(HttpsCallerTest, Trusts_the_CA_file_and_the_name) {
    serve({.common_name = "server", .dns_names = {"localhost"}});
    const auto reply = get("localhost", authority.certificate());
    ASSERT_TRUE(reply) << reply.error().message;
    EXPECT_EQ(reply->body, "GET /tls ");
}

TEST_F(HttpsCallerTest, Does_not_talk_to_a_server_of_another_name) {
    serve({.common_name = "other", .dns_names = {"other.test"}});
    for (const auto* host : {"localhost", "127.0.0.1"}) {
        const auto reply = get(host, authority.certificate());
        ASSERT_FALSE(reply);
        EXPECT_EQ(reply.error().code, ErrorCode::kUnavailable);
        EXPECT_NE(reply.error().message.find("certificate"), std::string::npos) << reply.error().message;
    }
}

TEST_F(HttpsCallerTest, Does_not_talk_to_a_server_that_nobody_vouches_for) {
    serve({.common_name = "server", .dns_names = {"localhost"}});
    testing::CertificateAuthority stranger;
    for (const auto& ca : {std::filesystem::path{}, stranger.certificate()}) {
        const auto reply = get("localhost", ca);
        ASSERT_FALSE(reply);
        EXPECT_EQ(reply.error().code, ErrorCode::kUnavailable);
    }
}

TEST_F(HttpsCallerTest, Does_not_talk_to_a_server_whose_certificate_has_expired) {
    serve({.common_name = "server", .dns_names = {"localhost"}, .valid_for = -60s});
    const auto reply = get("localhost", authority.certificate());
    ASSERT_FALSE(reply);
    EXPECT_NE(reply.error().message.find("expired"), std::string::npos) << reply.error().message;
}

TEST_F(HttpsCallerTest, Names_the_CA_file_that_cannot_be_read) {
    serve({.common_name = "server", .dns_names = {"localhost"}});
    const auto reply = get("localhost", "/does/not/exist.pem");
    ASSERT_FALSE(reply);
    EXPECT_NE(reply.error().message.find("/does/not/exist.pem"), std::string::npos);
}

TEST(HttpCaller, Understands_every_way_a_body_ends) {
    ScriptedServer server{{{
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: "
        "chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
        "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\nhello",
    }}};
    Calls calls{server.port()};
    EXPECT_EQ(calls.get().value().body, "hello");
    EXPECT_EQ(calls.get().value().body, "hello");
    EXPECT_EQ(calls.get().value().body, "");
    EXPECT_EQ(calls.get().value().body, "hello");
    EXPECT_EQ(server.connections(), 1);
}

TEST(HttpCaller, Notices_that_a_kept_connection_was_closed_before_it_is_used) {
    const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    ScriptedServer server{{{ok}, {ok}}};
    Calls calls{server.port()};
    EXPECT_TRUE(calls.get());
    // The server closes behind its answer, without a word in it; that arrives a moment later.
    while (server.connections() < 2) {
        const auto reply = calls.get();
        if (!reply) {
            EXPECT_EQ(reply.error().code, ErrorCode::kBroken);
        }
    }
    EXPECT_EQ(calls.client->connects(), 2u);
}

TEST(HttpCaller, Does_not_keep_a_connection_that_is_to_be_closed) {
    const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    ScriptedServer server{{{ok, ok}, {ok, ok}}};
    Calls calls{server.port()};
    EXPECT_TRUE(calls.get());
    EXPECT_TRUE(calls.get());
    EXPECT_EQ(calls.client->connects(), 2u);
}

struct Bad {
    std::string answer;
    ErrorCode code;
};

TEST(HttpCaller, Says_what_is_wrong_with_an_answer) {
    const std::vector<Bad> all{
        {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", ErrorCode::kBroken},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", ErrorCode::kBroken},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", ErrorCode::kInvalid},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", ErrorCode::kInvalid},
        {"HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n", ErrorCode::kTooLarge},
        {"HTTP/1.1 200 OK\r\n\r\n" + std::string(2'000'000, 'x'), ErrorCode::kTooLarge},
        {"HTTP/1.1 200 OK\r\nX: " + std::string(40'000, 'x'), ErrorCode::kInvalid},
        {"SSH-2.0-OpenSSH\r\n\r\n", ErrorCode::kInvalid},
        {"HTTP/1.1 200", ErrorCode::kBroken},
        {std::string{"\0", 1}, ErrorCode::kBroken},
    };
    for (const auto& bad : all) {
        SCOPED_TRACE(bad.answer.substr(0, 80));
        ScriptedServer server{{{bad.answer}}};
        Calls calls{server.port()};
        const auto reply = calls.get();
        ASSERT_FALSE(reply);
        EXPECT_EQ(reply.error().code, bad.code) << reply.error().message;
    }
}

TEST(HttpCaller, Ends_a_call_in_time_when_nobody_answers) {
    ScriptedServer server{{{""}}};
    Calls calls{server.port()};
    const auto begin = SystemClock{}.steady();
    const auto reply = calls.get("/", 50ms);
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, ErrorCode::kTimeout);
    EXPECT_LT(SystemClock{}.steady() - begin, 3s);
}

TEST(HttpCaller, Says_that_nothing_was_sent_when_nobody_listens) {
    std::uint16_t port = 0;
    { port = ScriptedServer{{}}.port(); }
    Calls calls{port};
    const auto reply = calls.get();
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, ErrorCode::kUnavailable);
    Calls nowhere{auditfwd::HttpClient::Options{.endpoint = {false, "does-not-exist.invalid", 80}}};
    const auto unknown = nowhere.get("/", 3s);
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().code, ErrorCode::kUnavailable);
}

TEST(ParseUrl, Reads_what_an_endpoint_is_written_as) {
    const auto whole = parse_url("http://[fd00:ec2::23]:8080/v1/credentials?a=b").value();
    EXPECT_EQ(whole.endpoint, (HttpEndpoint{false, "fd00:ec2::23", 8080}));
    EXPECT_EQ(whole.endpoint.authority(), "[fd00:ec2::23]:8080");
    EXPECT_EQ(whole.target, "/v1/credentials?a=b");
    EXPECT_EQ(parse_url("https://logs.eu-west-1.amazonaws.com").value().endpoint.authority(),
              "logs.eu-west-1.amazonaws.com");
    EXPECT_EQ(parse_url("http://h?x").value().target, "/?x");
    EXPECT_EQ(parse_url("http://h:443/").value().endpoint.authority(), "h:443");
}

TEST(ParseUrl, Refuses_what_is_none) {
    for (const auto* text :
         {"", "h", "ftp://h", "http://", "http://:80", "http://h:0", "http://h:65536", "http://h:x", "http://u@h",
          "http://h#f", "http://h/a b", "http://h/\r\nX:y", "http://::1", "http://[::1", "http://[::1]8"}) {
        EXPECT_FALSE(parse_url(text)) << text;
    }
}

}  // namespace
}  // namespace auditfwd
