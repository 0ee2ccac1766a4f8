// The sink against a service that enforces every limit.
#include "sinks/cloudwatch/cloudwatch_sink.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <deque>
#include <iostream>
#include <random>

#include "tests/sinks/aws/fake_web.h"
#include "tests/sinks/cloudwatch/strict_logs.h"
#include "tests/support/fake_clock.h"
#include "tests/support/run_task.h"

namespace auditfwd {
namespace {

using namespace std::chrono_literals;
using testing::StrictLogs;

class CloudWatch : public ::testing::Test {
protected:
    CloudWatch() {
        logs_options.group = "/k8s/audit";
        logs_options.stream = "${host}";
        logs_options.aws.region = "eu-west-1";
        web.serve("logs.eu-west-1.amazonaws.com", [this](const HttpCall& call) {
            dates.push_back(testing::field_of(call, "x-amz-date"));
            keys.push_back(testing::field_of(call, "authorization").substr(28, 5));
            return logs.answer(call);
        });
    }

    void open() {
        sink = std::make_unique<CloudWatchSink>(
            logs_options, SinkContext{"cw", "spool", files, helper, clock, metrics}, "node-1",
            [this](std::string_view name) {
                if (name == "AWS_ACCESS_KEY_ID") return key;
                return std::string{name == "AWS_SECRET_ACCESS_KEY" ? "secret" : ""};
            },
            [this](const HttpEndpoint& endpoint) { return web.connect(endpoint); });
        const auto opened = testing::run_task(context, sink->open("", Offset{1}));
        ASSERT_TRUE(opened) << opened.error().message;
    }

    std::int64_t now_ms() const {
        return std::chrono::floor<std::chrono::milliseconds>(clock.wall().time_since_epoch()).count();
    }

    // A record as the pipeline writes it, `age` old; 0 ms since 1970 when `timeless`.
    void add(std::chrono::milliseconds age, const std::string& content = "x", const std::string& cluster = "prod",
             bool timeless = false) {
        texts.push_back(R"({"kind":"Event","object":{"auditfwd":{"cluster":"forged"}},"note":")" + content +
                        R"(","auditfwd":{"cluster":")" + cluster + R"(","source":"webhook","id":"s/)" +
                        std::to_string(records.size() + 1) + "\"}}");
        RecordView record{Offset{records.size() + 1}, texts.back(), {}};
        record.facts.bytes = static_cast<std::uint32_t>(texts.back().size());
        record.facts.stage_time_ms = timeless ? 0 : now_ms() - age.count();
        record.received_ms = now_ms() - 5000;
        records.push_back(record);
    }

    Outcome send() { return send(records); }
    Outcome send(Batch batch) { return testing::run_task(context, sink->send(batch)); }

    std::string expected(std::size_t index, const std::string& more = "") const {
        auto text = texts[index];
        text.insert(text.size() - 2, more);
        return text;
    }

    double metric(const std::string& line) {
        const auto text = "\n" + metrics.text();
        const auto at = text.find("\n" + line + " ");
        return at == text.npos ? -1 : std::strtod(text.c_str() + at + line.size() + 2, nullptr);
    }

    testing::FakeClock clock;
    StrictLogs logs{clock};
    testing::FakeWeb web;
    CloudWatchOptions logs_options;
    SystemFileSystem files;
    HelperThread helper{"test"};
    Metrics metrics;
    std::string key = "AKIA1";
    std::vector<std::string> dates;
    std::vector<std::string> keys;
    asio::io_context context;
    std::unique_ptr<CloudWatchSink> sink;
    std::deque<std::string> texts;
    std::vector<RecordView> records;
};

TEST_F(CloudWatch, Creates_what_is_not_there_and_stores_each_record_with_its_id) {
    logs_options.log_class = LogGroupClass::kInfrequentAccess;
    logs_options.retention_days = 90;
    logs_options.kms_key = "arn:aws:kms:eu-west-1:1:key/k";
    logs_options.tags = {"team=se\"curity", "empty="};
    open();
    for (int i = 0; i < 3; ++i) add(10s - i * 1s, "quote \\\" and \\u0007 and \xc3\xa9\t");
    ASSERT_TRUE(std::holds_alternative<Delivered>(send()));
    ASSERT_EQ(logs.events.size(), 3u);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(logs.events[i].message, expected(i));
        EXPECT_EQ(logs.events[i].time_ms, records[i].facts.stage_time_ms);
        EXPECT_EQ(logs.events[i].group, "/k8s/audit");
        EXPECT_EQ(logs.events[i].stream, "node-1");
    }
    EXPECT_EQ(logs.groups.at("/k8s/audit"), 90);
    const auto& create = logs.seen.at(2);
    EXPECT_EQ(create.operation, "CreateLogGroup");
    EXPECT_EQ(
        create.json,
        R"({"logGroupName":"/k8s/audit","logGroupClass":"INFREQUENT_ACCESS","kmsKeyId":"arn:aws:kms:eu-west-1:1:key/k",)"
        R"("tags":{"team":"se\"curity","empty":""}})");
    ASSERT_TRUE(std::holds_alternative<Delivered>(send()));
    EXPECT_EQ(logs.count("CreateLogStream"), 2u);
    EXPECT_EQ(logs.events.size(), 6u);
}

TEST_F(CloudWatch, Creates_nothing_when_it_must_not) {
    logs_options.create = false;
    open();
    add(1s);
    const auto outcome = send();
    ASSERT_TRUE(std::holds_alternative<Transient>(outcome));
    EXPECT_NE(std::get<Transient>(outcome).reason.find("/k8s/audit"), std::string::npos);
    EXPECT_EQ(logs.seen.size(), 1u);
}

// Whatever fits by limits() is taken, and nothing is lost, doubled, or out of order.
TEST_F(CloudWatch, Keeps_every_limit_with_random_batches) {
    const char* const given = std::getenv("AUDITFWD_SEED");
    const auto seed = given ? std::strtoull(given, nullptr, 10) : std::random_device{}();
    std::cout << "seed " << seed << "\n";
    std::mt19937_64 random{seed};
    const auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>{0, n - 1}(random); };
    logs.groups["/k8s/audit"] = 0;
    logs.streams.emplace("/k8s/audit", "node-1");
    open();
    const auto limits = sink->limits();
    for (int round = 0; round < 12; ++round) {
        texts.clear();
        records.clear();
        logs.events.clear();
        logs_options.compress = round % 2 == 0;
        const std::size_t size_max = std::array<std::size_t, 3>{20, 3000, 262'000}[below(3)];
        const std::size_t span_h = std::array<std::size_t, 3>{1, 30, 400}[below(3)];
        std::size_t bytes = 0;
        while (records.size() < limits.batch_records_max) {
            const auto age = 1ms * static_cast<long long>(below(span_h * 3'600'000)) - 3h;
            add(age, std::string(below(size_max), 'y'), "prod", below(50) == 0);
            const auto counted = texts.back().size() + limits.record_overhead_bytes;
            bytes += counted;
            if (bytes > limits.batch_bytes_max || counted > limits.record_bytes_max) {
                bytes -= counted;
                texts.pop_back();
                records.pop_back();
                if (bytes > limits.batch_bytes_max / 2) break;
            }
        }
        const auto outcome = send();
        ASSERT_TRUE(std::holds_alternative<Delivered>(outcome));
        ASSERT_EQ(logs.events.size(), records.size());
        std::set<std::string> stored;
        for (const auto& event : logs.events) stored.insert(event.message.substr(event.message.rfind("\"id\":")));
        EXPECT_EQ(stored.size(), records.size());
    }
}

TEST_F(CloudWatch, Gives_a_time_to_events_whose_own_the_service_does_not_take_and_says_so) {
    open();
    add(1s);
    add(15 * 24h);
    add(-3h);
    add(0s, "x", "prod", true);
    ASSERT_TRUE(std::holds_alternative<Delivered>(send()));
    std::map<std::string, std::int64_t> stored;
    for (const auto& event : logs.events) stored[event.message] = event.time_ms;
    ASSERT_EQ(stored.size(), 4u);
    EXPECT_EQ(stored[expected(0)], now_ms() - 1000);
    EXPECT_EQ(stored[expected(1, R"(,"restamped":"too_old")")], now_ms() - 5000);
    EXPECT_EQ(stored[expected(2, R"(,"restamped":"too_new")")], now_ms() - 5000);
    EXPECT_EQ(stored[expected(3, R"(,"restamped":"absent")")], now_ms() - 5000);
    EXPECT_EQ(metric(R"(auditfwd_cloudwatch_restamped_total{reason="too_old",sink="cw"})"), 1);
}

TEST_F(CloudWatch, Refuses_such_events_alone_when_they_must_keep_their_time) {
    logs_options.restamp = false;
    open();
    add(1s);
    add(15 * 24h);
    add(2s);
    const auto outcome = send();
    ASSERT_TRUE(std::holds_alternative<Permanent>(outcome));
    EXPECT_EQ(std::get<Permanent>(outcome).refused, std::vector<std::size_t>{1});
    EXPECT_TRUE(std::get<Permanent>(outcome).others_stored);
    EXPECT_EQ(logs.events.size(), 2u);
}

TEST_F(CloudWatch, Names_the_events_the_service_rejected_and_says_that_it_has_the_others) {
    logs.groups["/k8s/audit"] = 3;  // the group's own retention, which the sink does not know
    logs.streams.emplace("/k8s/audit", "node-1");
    open();
    add(1s);
    add(4 * 24h);
    add(4 * 24h + 1h);
    add(2s);
    const auto outcome = send();
    ASSERT_TRUE(std::holds_alternative<Permanent>(outcome));
    EXPECT_EQ(std::get<Permanent>(outcome).refused, (std::vector<std::size_t>{1, 2}));
    EXPECT_TRUE(std::get<Permanent>(outcome).others_stored);
    EXPECT_EQ(logs.events.size(), 2u);
    EXPECT_EQ(metric(R"(auditfwd_cloudwatch_rejected_events_total{reason="expired",sink="cw"})"), 2);
}

TEST_F(CloudWatch, Leaves_it_to_delivery_to_find_what_the_service_calls_invalid) {
    open();
    add(1s);
    add(1s);
    logs.before = [](const std::string& operation, const HttpCall&) -> std::optional<Result<HttpReply>> {
        if (operation != "PutLogEvents") return {};
        return StrictLogs::error("InvalidParameterException", "bad");
    };
    auto outcome = send();
    ASSERT_TRUE(std::holds_alternative<Permanent>(outcome));
    EXPECT_TRUE(std::get<Permanent>(outcome).refused.empty());
    outcome = send(Batch{records}.first(1));
    EXPECT_EQ(std::get<Permanent>(outcome).refused, std::vector<std::size_t>{0});
}

TEST_F(CloudWatch, Says_what_is_stored_when_one_of_several_calls_failed) {
    logs.groups["/k8s/audit"] = 0;
    logs.streams.emplace("/k8s/audit", "node-1");
    open();
    add(5 * 24h);
    add(1s);
    add(5 * 24h - 1s);
    int puts = 0;
    logs.before = [&](const std::string&, const HttpCall&) -> std::optional<Result<HttpReply>> {
        if (++puts == 2) return StrictLogs::error("ServiceUnavailableException", "", 503);
        return {};
    };
    const auto outcome = send();
    ASSERT_TRUE(std::holds_alternative<Transient>(outcome));
    EXPECT_EQ(std::get<Transient>(outcome).stored, (std::vector<std::size_t>{0, 2}));
    EXPECT_EQ(logs.events.size(), 2u);
}

TEST_F(CloudWatch, Says_and_counts_when_events_may_be_there_twice) {
    open();
    add(1s);
    ASSERT_TRUE(std::holds_alternative<Delivered>(send()));
    bool once = true;
    logs.after = [&](const std::string&) -> std::optional<Result<HttpReply>> {
        if (!std::exchange(once, false)) return {};
        return Result<HttpReply>{Error{ErrorCode::kBroken, "reset"}};
    };
    ASSERT_TRUE(std::holds_alternative<Transient>(send()));
    ASSERT_TRUE(std::holds_alternative<Delivered>(send()));
    EXPECT_EQ(logs.events.size(), 3u);
    EXPECT_EQ(logs.events[1].message, logs.events[2].message);
    EXPECT_EQ(metric(R"(auditfwd_cloudwatch_ambiguous_events_total{sink="cw"})"), 1);
}

TEST_F(CloudWatch, Waits_when_it_is_throttled) {
    open();
    add(1s);
    logs.before = [](const std::string&, const HttpCall&) -> std::optional<Result<HttpReply>> {
        auto slow = StrictLogs::error("ThrottlingException", "Rate exceeded");
        slow.fields.emplace_back("Retry-After", "3");
        return slow;
    };
    const auto outcome = send();
    ASSERT_TRUE(std::holds_alternative<Transient>(outcome));
    EXPECT_EQ(std::get<Transient>(outcome).retry_after, 3s);
    EXPECT_EQ(metric(R"(auditfwd_cloudwatch_calls_total{result="throttled",sink="cw"})"), 1);
}

TEST_F(CloudWatch, Puts_each_cluster_where_it_belongs) {
    logs_options.group = "/k8s/${cluster}/audit";
    logs_options.stream = "${source}-${cluster}";
    open();
    add(1s, "x", "a:1");
    add(1s, "x", "b");
    ASSERT_TRUE(std::holds_alternative<Delivered>(send()));
    EXPECT_EQ(logs.streams, (std::set<std::pair<std::string, std::string>>{{"/k8s/a_1/audit", "webhook-a_1"},
                                                                           {"/k8s/b/audit", "webhook-b"}}));
}

TEST_F(CloudWatch, Signs_by_the_clock_of_the_service_once_it_knows_it) {
    logs.ahead = 20min;
    logs.before = [this](const std::string&, const HttpCall& call) -> std::optional<Result<HttpReply>> {
        if (testing::field_of(call, "x-amz-date") == "20270115T082000Z") return {};
        auto skewed = StrictLogs::error("InvalidSignatureException", "Signature expired");
        skewed.fields.emplace_back("Date", "Fri, 15 Jan 2027 08:20:00 GMT");
        return skewed;
    };
    open();
    add(1s);
    ASSERT_TRUE(std::holds_alternative<Transient>(send()));
    ASSERT_TRUE(std::holds_alternative<Delivered>(send()));
    EXPECT_EQ(dates.front(), "20270115T080000Z");
    EXPECT_EQ(dates.back(), "20270115T082000Z");
}

TEST_F(CloudWatch, Asks_for_other_credentials_when_these_are_refused) {
    open();
    add(1s);
    logs.before = [this](const std::string&, const HttpCall&) -> std::optional<Result<HttpReply>> {
        if (keys.back() == "AKIA2") return {};
        key = "AKIA2";  // rotated
        return StrictLogs::error("ExpiredTokenException", "The security token included in the request is expired");
    };
    const auto outcome = send();
    ASSERT_TRUE(std::holds_alternative<Transient>(outcome));
    EXPECT_NE(std::get<Transient>(outcome).reason.find("ExpiredTokenException"), std::string::npos);
    ASSERT_TRUE(std::holds_alternative<Delivered>(send()));
}

TEST_F(CloudWatch, Cannot_be_opened_without_a_region) {
    logs_options.aws.region.clear();
    sink = std::make_unique<CloudWatchSink>(
        logs_options, SinkContext{"cw", "spool", files, helper, clock, metrics}, "node-1",
        [](std::string_view name) { return std::string{name.starts_with("AWS_") && name.ends_with("KEY") ? "x" : ""}; },
        [this](const HttpEndpoint& endpoint) { return web.connect(endpoint); });
    const auto opened = testing::run_task(context, sink->open("", Offset{1}));
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::kInvalid);
    EXPECT_NE(opened.error().message.find("AWS_REGION"), std::string::npos);
}

}  // namespace
}  // namespace auditfwd
