#include "forwarder/source/webhook/answers.h"

#include <gtest/gtest.h>

namespace auditfwd {
namespace {

std::string summary(const HttpAnswer& answer) {
    return std::to_string(answer.status) +
           (answer.retry_after_s ? " again in " + std::to_string(answer.retry_after_s) : "");
}

TEST(Answers, Say_what_became_of_the_items) {
    const auto all = answer_of(Accepted{.received = 7, .stored = 5, .dropped = 2, .first_rejection = {}});
    EXPECT_EQ(summary(all), "200");
    EXPECT_EQ(all.body, "{\"accepted\":5,\"dropped\":2,\"rejected\":0}\n");
    const auto some = answer_of(Accepted{
        .received = 2, .stored = 1, .rejected = 1, .first_rejection = "item 1: \"kind\" is\nnot\x80 an \\ event"});
    EXPECT_EQ(summary(some), "200");
    EXPECT_EQ(some.body,
              "{\"accepted\":1,\"dropped\":0,\"rejected\":1,"
              "\"first_rejection\":\"item 1: \\\"kind\\\" is?not? an \\\\ event\"}\n");
}

TEST(Answers, To_bodies_that_did_not_come) {
    EXPECT_EQ(summary(answer_of_body({ErrorCode::kTimeout, ""})), "408");
    EXPECT_EQ(summary(answer_of_body({ErrorCode::kTooLarge, ""})), "413");
    EXPECT_EQ(summary(answer_of_body({ErrorCode::kInvalid, ""})), "400");
}

TEST(Answers, To_memory_that_was_not_granted) {
    EXPECT_EQ(summary(answer_of_memory({ErrorCode::kTimeout, ""})), "503 again in 3");
    EXPECT_EQ(summary(answer_of_memory({ErrorCode::kTooLarge, ""})), "413");
}

TEST(Answers, To_what_the_intake_refuses) {
    EXPECT_EQ(summary(answer_of_intake({ErrorCode::kInvalid, ""})), "400");
    EXPECT_EQ(summary(answer_of_intake({ErrorCode::kTooLarge, ""})), "413");
    EXPECT_EQ(summary(answer_of_intake({ErrorCode::kFull, ""})), "503 again in 3");
    EXPECT_EQ(summary(answer_of_intake({ErrorCode::kBroken, ""})), "503 again in 3");
    EXPECT_EQ(summary(answer_of_intake({ErrorCode::kTimeout, ""})), "503 again in 3");
    EXPECT_EQ(summary(answer_of_intake({ErrorCode::kNotFound, ""})), "503 again in 3");
    EXPECT_EQ(summary(answer_of_intake({ErrorCode::kUnavailable, ""})), "503 again in 1");
    EXPECT_EQ(summary(answer_of_intake({ErrorCode::kCancelled, ""})), "503 again in 1");
}

TEST(Answers, Are_rendered_with_a_valid_content_type_and_never_redirect) {
    auto busy = answer_of_intake({ErrorCode::kUnavailable, ""});
    EXPECT_EQ(render(busy, false),
              "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: 26\r\n"
              "Retry-After: 1\r\nConnection: close\r\n\r\n{\"error\":\"shutting down\"}\n");
    EXPECT_NE(render(refusal(401, ""), true).find("\r\nWWW-Authenticate: Bearer\r\n"), std::string::npos);
    EXPECT_NE(render(refusal(415, ""), true).find("\r\nAccept-Encoding: gzip, identity\r\n"), std::string::npos);
    auto wrong_method = refusal(405, "");
    wrong_method.allow = "POST";
    EXPECT_NE(render(wrong_method, true).find("\r\nAllow: POST\r\n"), std::string::npos);
}

}  // namespace
}  // namespace auditfwd
