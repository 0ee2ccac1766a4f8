// A webhook source on two workers before a fake intake, with limits short enough for tests.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "forwarder/source/webhook/webhook.h"
#include "tests/net/http_client.h"
#include "tests/net/metric.h"
#include "tests/net/running.h"
#include "tests/source/webhook/fake_intake.h"

namespace auditfwd::testing {

class WebhookFixture : public ::testing::Test {
protected:
    void SetUp() override {
        options.listen = "127.0.0.1:0";
        options.cluster = "home";
        options.body_bytes_max = 1'000'000;
        times.http.drain = std::chrono::milliseconds{300};
    }

    void TearDown() override {
        if (source) stop(*source, *workers[0]);
    }

    void open() {
        std::vector<WebhookSource::Lane> lanes;
        for (std::size_t i = 0; i < workers.size(); ++i) lanes.push_back({workers[i]->executor(), intake});
        source = WebhookSource::open(options, lanes, budget, metrics, times).value();
        source->start();
    }

    HttpClient client() { return HttpClient{source->endpoint().port()}; }
    double refused(const std::string& reason) {
        return metric(metrics, "auditfwd_webhook_refused_total{reason=\"" + reason + "\",source=\"webhook\"}");
    }
    double late() { return metric(metrics, "auditfwd_webhook_answered_late_total{source=\"webhook\"}"); }

    ByteBudget budget{16_MiB};
    Metrics metrics;
    FakeIntake intake;
    WebhookOptions options;
    WebhookSource::Times times;
    std::vector<std::unique_ptr<Worker>> workers = make_workers(2);
    std::unique_ptr<WebhookSource> source;
};

}  // namespace auditfwd::testing
