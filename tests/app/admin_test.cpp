#include "forwarder/app/admin.h"

#include <gtest/gtest.h>

#include <mutex>

#include "tests/net/http_client.h"
#include "tests/net/running.h"

namespace auditfwd {
namespace {

using testing::HttpClient;

TEST(Admin, Shows_metrics_and_health) {
    Worker worker{"admin"};
    Metrics metrics;
    metrics.counter("auditfwd_events_total", "Events.", {{"result", "stored"}}).Increment();
    std::mutex mutex;
    std::vector<std::string> reasons;
    const auto why = [&] {
        const std::lock_guard lock{mutex};
        return reasons;
    };
    auto admin = AdminServer::open("127.0.0.1:0", {metrics, why, worker.executor()}).value();
    admin->start();
    HttpClient client{admin->endpoint().port()};
    const auto get = [&](const std::string& path) {
        client.send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
        return client.read_reply();
    };

    const auto exposition = get("/metrics");
    EXPECT_EQ(exposition.status, 200);
    EXPECT_EQ(exposition.header("Content-Type"), "text/plain; version=0.0.4");
    EXPECT_NE(exposition.body.find("auditfwd_events_total{result=\"stored\"} 1\n"), std::string::npos);
    EXPECT_EQ(get("/livez").body, "ok\n");
    EXPECT_EQ(get("/readyz").status, 200);
    EXPECT_NE(get("/").body.find("\nready\n"), std::string::npos);
    EXPECT_EQ(get("/nope").status, 404);

    {
        const std::lock_guard lock{mutex};
        reasons = {"shutting down", "spool: the disk refuses writes"};
    }
    const auto not_ready = get("/readyz");
    EXPECT_EQ(not_ready.status, 503);
    EXPECT_EQ(not_ready.body, "shutting down\nspool: the disk refuses writes\n");
    EXPECT_EQ(get("/livez").status, 200);
    EXPECT_NE(get("/").body.find("not ready: shutting down; spool"), std::string::npos);
    testing::stop(*admin, worker);
}

}  // namespace
}  // namespace auditfwd
