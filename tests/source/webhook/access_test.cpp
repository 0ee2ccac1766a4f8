// Who may send: tokens and client certificates, over real sockets, and what happens when their files change.
#include <fstream>
#include <thread>

#include "tests/net/certificates.h"
#include "tests/source/webhook/webhook_fixture.h"

namespace auditfwd {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;
using testing::HttpClient;
using testing::metric;
using testing::metric_becomes;

class Access : public testing::WebhookFixture {
protected:
    void write_tokens(const std::string& text) {
        options.tokens_file = ca.directory() / "tokens";
        std::ofstream{ca.directory() / "tokens.new"} << text;
        fs::rename(ca.directory() / "tokens.new", options.tokens_file);
    }
    void use_tls() {
        const auto files = ca.issue("server", {.common_name = "server"});
        options.tls = TlsServerOptions{files.certificate, files.key, {}, {}};
    }
    HttpClient tls_client(const std::string& name = "") {
        testing::TlsClientOptions tls{.ca = ca.certificate()};
        if (!name.empty()) {
            const auto files = ca.issue("client", {.common_name = name});
            tls.certificate = files.certificate;
            tls.key = files.key;
        }
        return HttpClient{source->endpoint().port(), tls};
    }
    int status(const std::string& target, const std::string& headers) {
        return client().post(target, "x", headers).status;
    }
    double auth_failures(const std::string& reason) {
        return metric(metrics, "auditfwd_webhook_auth_failures_total{reason=\"" + reason + "\",source=\"webhook\"}");
    }

    testing::CertificateAuthority ca;
};

TEST_F(Access, Tokens_speak_for_their_clusters_alone) {
    write_tokens("alpha home,prod-1\nomega *\n");
    open();
    EXPECT_EQ(status("/", "Authorization: Bearer alpha\r\n"), 200);
    EXPECT_EQ(status("/audit/prod-1", "Authorization: Bearer alpha\r\n"), 200);
    EXPECT_EQ(status("/audit/prod-2", "Authorization: Bearer alpha\r\n"), 403);
    EXPECT_EQ(status("/audit/prod-2", "Authorization: Bearer omega\r\n"), 200);
    const auto seen = intake.seen();
    ASSERT_EQ(seen.size(), 3u);
    EXPECT_TRUE(seen[0].origin.peer.starts_with("token-"));
    EXPECT_NE(seen[0].origin.peer, seen[2].origin.peer);
    EXPECT_EQ(refused("cluster"), 1);
}

TEST_F(Access, Strangers_learn_nothing_but_that_they_are) {
    write_tokens("alpha home\n");
    open();
    auto c = client();
    const auto reply = c.post("/audit/home", "x");
    EXPECT_EQ(reply.status, 401);
    EXPECT_EQ(reply.header("WWW-Authenticate"), "Bearer");
    EXPECT_EQ(c.post("/nope", "x", "Authorization: Bearer wrong\r\n").status, 401) << "not 404";
    EXPECT_EQ(c.post("/", "x", "Authorization: Basic YWxwaGE6\r\n").status, 401);
    EXPECT_EQ(c.post("/", "x", "Authorization: Bearer alpha\r\nAuthorization: Bearer alpha\r\n").status, 401);
    EXPECT_EQ(c.post("/", "x", "Content-Encoding: zstd\r\n").status, 401) << "not 415";
    auto large = client();
    large.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1073741824\r\n\r\n");
    EXPECT_EQ(large.read_reply().status, 401) << "neither 100 nor 413";
    EXPECT_EQ(auth_failures("missing"), 3);
    EXPECT_EQ(auth_failures("unknown_token"), 1);
    EXPECT_EQ(auth_failures("malformed"), 2);
    EXPECT_EQ(refused("credentials"), 6);
    EXPECT_TRUE(intake.seen().empty());
    EXPECT_EQ(budget.in_use(), 0u);
}

TEST_F(Access, Changed_tokens_are_used_and_wrong_files_are_not) {
    write_tokens("alpha *\n");
    times.reload_poll = 10ms;
    open();
    const std::string failures = "auditfwd_reload_failures_total{of=\"webhook\",what=\"tokens\"}";
    EXPECT_EQ(status("/", "Authorization: Bearer alpha\r\n"), 200);
    write_tokens("beta *\nand something wrong in it\n");
    EXPECT_TRUE(metric_becomes(metrics, failures, 1));
    EXPECT_EQ(status("/", "Authorization: Bearer alpha\r\n"), 200);
    EXPECT_EQ(status("/", "Authorization: Bearer beta\r\n"), 401);
    fs::remove(options.tokens_file);
    EXPECT_TRUE(metric_becomes(metrics, failures, 2));
    EXPECT_EQ(status("/", "Authorization: Bearer alpha\r\n"), 200);
    write_tokens("beta *\n");
    for (int i = 0; i < 500 && status("/", "Authorization: Bearer beta\r\n") != 200; ++i)
        std::this_thread::sleep_for(10ms);
    EXPECT_EQ(status("/", "Authorization: Bearer beta\r\n"), 200);
    EXPECT_EQ(status("/", "Authorization: Bearer alpha\r\n"), 401) << "a withdrawn token is one no longer";
}

TEST_F(Access, Certificates_are_known_by_name) {
    use_tls();
    options.tls->client_ca = ca.certificate();
    options.tls->allowed_names = {"api-1"};
    open();
    EXPECT_EQ(tls_client("api-1").post("/audit/any", "x").status, 200);
    EXPECT_EQ(intake.seen().at(0).origin.peer, "api-1");
    EXPECT_EQ(tls_client("api-2").post("/", "x").status, 401);
    EXPECT_EQ(auth_failures("certificate_name"), 1);
    EXPECT_THROW(tls_client().post("/", "x"), std::exception) << "there is no other way in";
}

TEST_F(Access, A_token_or_a_certificate_will_do) {
    use_tls();
    options.tls->client_ca = ca.certificate();
    write_tokens("alpha home\n");
    options.listen = "0.0.0.0:0";  // guarded, so open to other machines
    open();
    EXPECT_EQ(tls_client("api-1").post("/", "x").status, 200);
    EXPECT_EQ(tls_client().post("/", "x", "Authorization: Bearer alpha\r\n").status, 200);
    EXPECT_EQ(tls_client().post("/", "x").status, 401);
    EXPECT_EQ(tls_client("api-1").post("/", "x", "Authorization: Bearer wrong\r\n").status, 401);
}

TEST_F(Access, Says_which_file_it_cannot_read) {
    std::vector<WebhookSource::Lane> lanes{{workers[0]->executor(), intake}};
    options.tokens_file = ca.directory() / "absent";
    const auto absent = WebhookSource::open(options, lanes, budget, metrics, times);
    ASSERT_FALSE(absent);
    EXPECT_NE(absent.error().message.find("absent"), std::string::npos) << absent.error().message;
    write_tokens("alpha\n");
    const auto wrong = WebhookSource::open(options, lanes, budget, metrics, times);
    ASSERT_FALSE(wrong);
    EXPECT_NE(wrong.error().message.find("tokens: line 1"), std::string::npos) << wrong.error().message;
}

}  // namespace
}  // namespace auditfwd
