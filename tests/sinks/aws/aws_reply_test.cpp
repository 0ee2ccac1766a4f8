#include "sinks/aws/aws_reply.h"

#include <gtest/gtest.h>

#include "sinks/aws/send_rate.h"
#include "tests/sinks/aws/fake_web.h"

namespace auditfwd {
namespace {

using namespace std::chrono_literals;
using Kind = AwsReply::Kind;
using testing::reply;

const WallTime kNow{1'800'000'000s};

AwsReply judged(unsigned status, const std::string& code, HttpFields fields = {}) {
    return judge(reply(status, R"({"__type":"com.amazonaws.x#)" + code + R"(","message":"why"})", std::move(fields)),
                 kNow, 0s);
}

TEST(Judge, Knows_what_each_answer_means) {
    EXPECT_EQ(judge(reply(200, "{}"), kNow, 0s).kind, Kind::kOk);
    EXPECT_EQ(judged(400, "ThrottlingException").kind, Kind::kThrottled);
    EXPECT_EQ(judged(429, "").kind, Kind::kThrottled);
    EXPECT_EQ(judged(400, "InvalidParameterException").kind, Kind::kRefused);
    EXPECT_EQ(judged(400, "ExpiredTokenException").kind, Kind::kCredentials);
    EXPECT_EQ(judged(400, "UnrecognizedClientException").kind, Kind::kCredentials);
    EXPECT_EQ(judged(503, "ServiceUnavailableException").kind, Kind::kServer);
    EXPECT_EQ(judge(reply(502, "<html>"), kNow, 0s).kind, Kind::kServer);
    EXPECT_EQ(judge(reply(302, ""), kNow, 0s).kind, Kind::kRefused);
    EXPECT_EQ(judge(Error{ErrorCode::kUnavailable, ""}, kNow, 0s).kind, Kind::kNotSent);
    EXPECT_EQ(judge(Error{ErrorCode::kTimeout, ""}, kNow, 0s).kind, Kind::kUnknown);
    EXPECT_EQ(judge(Error{ErrorCode::kBroken, ""}, kNow, 0s).kind, Kind::kUnknown);
    EXPECT_EQ(judged(400, "InvalidParameterException").code, "InvalidParameterException");
    EXPECT_EQ(judged(400, "InvalidParameterException").message, "why");
    EXPECT_EQ(judged(503, "X", {{"Retry-After", "7"}}).retry_after, 7s);
    EXPECT_EQ(judged(503, "X", {{"x-amz-retry-after", "70"}}).retry_after, 70ms);
}

TEST(Judge, Reads_what_S3_says_in_XML) {
    const auto refused = judge(reply(403,
                                     "<?xml version=\"1.0\"?>\n<Error><Code>InvalidAccessKeyId</Code><Message>"
                                     "w\thy</Message></Error>"),
                               kNow, 0s);
    EXPECT_EQ(refused.kind, Kind::kCredentials);
    EXPECT_EQ(refused.message, "w?hy");
    EXPECT_EQ(judge(reply(503, "<Error><Code>SlowDown</Code></Error>"), kNow, 0s).kind, Kind::kThrottled);
    EXPECT_EQ(judge(reply(412, "<Error><Code>PreconditionFailed"), kNow, 0s).kind, Kind::kRefused);
}

TEST(Judge, Tells_a_wrong_clock_from_a_wrong_secret) {
    const HttpFields same{{"Date", "Fri, 15 Jan 2027 08:00:01 GMT"}};
    const HttpFields later{{"Date", "Fri, 15 Jan 2027 08:20:00 GMT"}};
    EXPECT_EQ(judged(400, "InvalidSignatureException", same).kind, Kind::kCredentials);
    EXPECT_EQ(judged(400, "InvalidSignatureException", later).kind, Kind::kClock);
    EXPECT_EQ(judged(400, "InvalidSignatureException", later).ahead, 20min);
}

TEST(SendRate, Does_not_limit_before_the_first_throttle) {
    SendRate rate;
    for (int i = 0; i < 1000; ++i) EXPECT_EQ(rate.take(SteadyTime{1h} + i * 1ms).count(), 0);
}

TEST(SendRate, Slows_down_when_throttled_and_recovers) {
    SendRate rate;
    SteadyTime now{1h};
    for (int i = 0; i < 100; ++i) rate.take(now += 10ms);
    rate.throttled(now);
    const double cut = rate.rate();
    EXPECT_GT(cut, 30);
    EXPECT_LT(cut, 110 * 0.7 + 1);
    double waited = 0;
    for (int i = 0; i < 100; ++i) waited = rate.take(now).count();
    EXPECT_GT(waited, 0.5);
    for (int i = 0; i < 1000; ++i) {
        now += 20ms;
        rate.take(now);
        rate.succeeded(now);
    }
    EXPECT_GT(rate.rate(), cut);
}

TEST(SendRate, Never_stops_altogether) {
    SendRate rate;
    SteadyTime now{1h};
    for (int i = 0; i < 1000; ++i) {
        rate.take(now += 1s);
        rate.throttled(now);
    }
    EXPECT_GE(rate.rate(), 0.5);
    EXPECT_GT(rate.retry_floor(), 0ms);
    for (int i = 0; i < 10; ++i) rate.succeeded(now);
    EXPECT_EQ(rate.retry_floor(), 0ms);
}

}  // namespace
}  // namespace auditfwd
