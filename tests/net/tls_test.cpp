// The server over TLS: versions, protocols, client certificates, reload.
#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "forwarder/net/http_server.h"
#include "tests/net/certificates.h"
#include "tests/net/http_client.h"
#include "tests/net/metric.h"
#include "tests/net/running.h"

namespace auditfwd {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;
using testing::CertificateAuthority;
using testing::HttpClient;
using testing::metric;
using testing::metric_becomes;
using testing::TlsClientOptions;

// Says who asks.
class PeerHandler final : public HttpHandler {
public:
    Task<HttpAnswer> handle(const HttpRequest& request, HttpBodyReader& reader) override {
        std::string body(std::size_t{1} << 16, '\0');
        const auto bytes = co_await reader.read(body, request.received_at + 2s);
        const auto& peer = request.peer;
        co_return HttpAnswer{bytes ? 200u : 400u, peer.has_certificate ? "certificate of [" + peer.name + "]" : "none"};
    }
};

class Tls : public ::testing::Test {
protected:
    void SetUp() override {
        const auto files = ca.issue("server", {.common_name = "server"});
        options.name = "test";
        options.listen = "127.0.0.1:0";
        options.tls = TlsServerOptions{files.certificate, files.key, {}, {}};
        options.timeouts.drain = 300ms;
        options.reload_poll = 20ms;
    }

    void TearDown() override {
        if (server) testing::stop(*server, *workers[0]);
    }

    Result<std::unique_ptr<HttpServer>> try_open() {
        std::vector<HttpServer::Lane> lanes;
        for (auto& worker : workers) lanes.push_back({worker->executor(), handler});
        return HttpServer::open(options, lanes, metrics);
    }
    void open() {
        server = try_open().value();
        server->start();
    }

    HttpClient client(TlsClientOptions tls = {}) {
        tls.ca = ca.certificate();
        return HttpClient{server->endpoint().port(), tls};
    }
    TlsClientOptions with_certificate(CertificateAuthority& authority, testing::CertificateOptions certificate) {
        const auto files = authority.issue("client" + std::to_string(++clients), certificate);
        return {.ca = {}, .certificate = files.certificate, .key = files.key};
    }
    std::string failures(const std::string& reason) {
        return "auditfwd_http_handshake_failures_total{reason=\"" + reason + "\",server=\"test\"}";
    }
    // A client without a right certificate may learn so in the handshake (TLS 1.2) or at its first read (TLS 1.3).
    bool is_turned_away(const TlsClientOptions& tls) {
        try {
            auto c = client(tls);
            c.post("/", "x");
        } catch (const std::exception&) {
            return true;
        }
        return false;
    }

    CertificateAuthority ca;
    HttpServer::Options options;
    std::vector<std::unique_ptr<Worker>> workers = testing::make_workers(2);
    Metrics metrics;
    PeerHandler handler;
    std::unique_ptr<HttpServer> server;
    int clients = 0;
};

TEST_F(Tls, Carries_many_requests_and_large_bodies) {
    open();
    auto c = client();
    for (int i = 0; i < 20; ++i) EXPECT_EQ(c.post("/", std::string(50'000, 'x')).body, "none");
    c.send("POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(c.read_reply().status, 200);
    EXPECT_EQ(c.read_to_end(), "") << "ended with a goodbye, which the client takes for the end";
}

TEST_F(Tls, Speaks_http_1_1_with_clients_that_would_rather_speak_h2) {
    open();
    auto c = client({.alpn = {"h2", "http/1.1"}});
    EXPECT_EQ(c.protocol(), "http/1.1");
    EXPECT_EQ(c.post("/", "x").status, 200);
    EXPECT_EQ(client().protocol(), "");
    EXPECT_THROW(client({.alpn = {"h2"}}), std::exception);
}

TEST_F(Tls, Refuses_versions_below_1_2) {
    open();
    EXPECT_EQ(client({.version_max = TLS1_2_VERSION}).post("/", "x").status, 200);
    EXPECT_THROW(client({.version_max = TLS1_1_VERSION}), std::exception);
    EXPECT_TRUE(metric_becomes(metrics, failures("other"), 1));
}

TEST_F(Tls, A_handshake_that_does_not_come_is_not_waited_for) {
    options.timeouts.handshake = 300ms;
    open();
    HttpClient silent{server->endpoint().port()};
    EXPECT_EQ(silent.read_to_end(), "");
    EXPECT_EQ(metric(metrics, failures("timeout")), 1);
}

TEST_F(Tls, Plain_bytes_are_no_handshake) {
    open();
    HttpClient plain{server->endpoint().port()};
    plain.send("POST / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(metric_becomes(metrics, failures("other"), 1));
}

TEST_F(Tls, A_client_certificate_must_be_of_the_CA_and_valid_now) {
    options.tls->client_ca = ca.certificate();
    open();
    EXPECT_EQ(client(with_certificate(ca, {.common_name = "api-1"})).post("/", "x").body, "certificate of [api-1]");

    EXPECT_TRUE(is_turned_away(with_certificate(ca, {.common_name = "api-1", .valid_for = -60s})));
    EXPECT_TRUE(metric_becomes(metrics, failures("certificate_expired"), 1));
    CertificateAuthority other;
    EXPECT_TRUE(is_turned_away(with_certificate(other, {.common_name = "api-1"})));
    EXPECT_TRUE(metric_becomes(metrics, failures("certificate"), 1));
    EXPECT_TRUE(is_turned_away({}));
    EXPECT_TRUE(metric_becomes(metrics, failures("no_certificate"), 1));
}

TEST_F(Tls, Without_a_certificate_a_client_gets_through_where_tokens_will_do) {
    options.tls->client_ca = ca.certificate();
    options.client_certificate_optional = true;
    open();
    EXPECT_EQ(client().post("/", "x").body, "none");
    EXPECT_TRUE(is_turned_away(with_certificate(ca, {.common_name = "api-1", .valid_for = -60s})))
        << "a wrong one is not like none";
}

TEST_F(Tls, Names_are_taken_from_common_name_and_dns_names) {
    options.tls->client_ca = ca.certificate();
    options.tls->allowed_names = {"api-1", "api.example"};
    open();
    const auto name = [&](testing::CertificateOptions certificate) {
        return client(with_certificate(ca, std::move(certificate))).post("/", "x").body;
    };
    EXPECT_EQ(name({.common_name = "api-1"}), "certificate of [api-1]");
    EXPECT_EQ(name({.common_name = "x", .dns_names = {"y", "api.example"}}), "certificate of [api.example]");
    EXPECT_EQ(name({.common_name = "", .dns_names = {"api.example"}}), "certificate of [api.example]");
    EXPECT_EQ(name({.common_name = "api-2", .dns_names = {"api.example.evil"}}), "certificate of []");
}

TEST_F(Tls, A_certificate_without_a_name_is_known_by_its_fingerprint_where_any_is_allowed) {
    options.tls->client_ca = ca.certificate();
    open();
    const auto body = client(with_certificate(ca, {.common_name = ""})).post("/", "x").body;
    EXPECT_TRUE(body.starts_with("certificate of [certificate-")) << body;
}

TEST_F(Tls, Changed_certificates_are_used_and_wrong_ones_are_not) {
    open();
    auto before = client();
    EXPECT_EQ(before.post("/", "x").header("Connection"), "keep-alive");

    std::ofstream{options.tls->certificate} << "not a certificate";
    EXPECT_TRUE(metric_becomes(metrics, "auditfwd_reload_failures_total{of=\"test\",what=\"certificates\"}", 1));
    EXPECT_EQ(client().post("/", "x").status, 200) << "the old one holds";
    EXPECT_EQ(before.post("/", "x").header("Connection"), "keep-alive");

    CertificateAuthority other;
    const auto files = other.issue("server", {.common_name = "server"});
    fs::rename(files.key, options.tls->key);
    fs::rename(files.certificate, options.tls->certificate);
    const auto trusts_new = [&] {
        try {
            return HttpClient{server->endpoint().port(), {.ca = other.certificate()}}.post("/", "x").status == 200;
        } catch (const std::exception&) {
            return false;
        }
    };
    for (int i = 0; i < 500 && !trusts_new(); ++i) std::this_thread::sleep_for(10ms);
    EXPECT_TRUE(trusts_new());
    EXPECT_EQ(before.post("/", "x").header("Connection"), "close") << "connections of the old one end";
}

TEST_F(Tls, Certificates_are_followed_through_the_symlinks_of_a_mounted_secret) {
    // As the kubelet does it: file -> ..data/file, ..data -> a directory, which is swapped.
    const auto root = ca.directory() / "mounted";
    fs::create_directories(root / "v1");
    fs::create_directories(root / "v2");
    fs::create_symlink("v1", root / "..data");
    for (const auto name : {"tls.crt", "tls.key"}) fs::create_symlink(fs::path{"..data"} / name, root / name);
    fs::rename(options.tls->certificate, root / "v1/tls.crt");
    fs::rename(options.tls->key, root / "v1/tls.key");
    CertificateAuthority other;
    const auto files = other.issue("server", {.common_name = "server"});
    fs::rename(files.certificate, root / "v2/tls.crt");
    fs::rename(files.key, root / "v2/tls.key");
    options.tls->certificate = root / "tls.crt";
    options.tls->key = root / "tls.key";
    open();
    EXPECT_EQ(client().post("/", "x").status, 200);

    fs::create_symlink("v2", root / "..data_tmp");
    fs::rename(root / "..data_tmp", root / "..data");
    server->reload();
    const auto trusts_new = [&] {
        try {
            return HttpClient{server->endpoint().port(), {.ca = other.certificate()}}.post("/", "x").status == 200;
        } catch (const std::exception&) {
            return false;
        }
    };
    for (int i = 0; i < 500 && !trusts_new(); ++i) std::this_thread::sleep_for(10ms);
    EXPECT_TRUE(trusts_new());
}

TEST_F(Tls, Says_which_file_cannot_be_used) {
    const auto error_with = [&](TlsServerOptions tls) {
        options.tls = std::move(tls);
        const auto opened = try_open();
        return opened ? std::string{"opened"} : opened.error().message;
    };
    const auto good = *options.tls;
    const auto other = ca.issue("other", {.common_name = "other"});
    auto wrong = good;
    wrong.certificate = "/nowhere/tls.crt";
    EXPECT_NE(error_with(wrong).find("tls.certificate /nowhere/tls.crt: "), std::string::npos);
    wrong = good;
    wrong.key = other.key;
    EXPECT_NE(error_with(wrong).find("tls.key"), std::string::npos) << error_with(wrong);
    wrong = good;
    wrong.client_ca = good.key;
    EXPECT_NE(error_with(wrong).find("tls.client_ca"), std::string::npos) << error_with(wrong);
}

TEST_F(Tls, Stops_while_a_handshake_is_in_hand) {
    open();
    HttpClient silent{server->endpoint().port()};
    auto c = client();
    EXPECT_EQ(c.post("/", "x").status, 200);
    const auto begin = std::chrono::steady_clock::now();
    testing::stop(*server, *workers[0], 200ms);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 4s);
}

}  // namespace
}  // namespace auditfwd
