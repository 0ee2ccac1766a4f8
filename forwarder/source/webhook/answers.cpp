#include "forwarder/source/webhook/answers.h"

#include <fmt/format.h>

namespace auditfwd {

namespace {

constexpr unsigned kRetrySoon_s = 1;  // a replica that is shutting down is replaced by one that serves
constexpr unsigned kRetry_s = 3;

HttpAnswer retry_later(unsigned seconds, std::string_view reason) {
    auto answer = refusal(503, reason);
    answer.retry_after_s = seconds;
    return answer;
}

}  // namespace

HttpAnswer answer_of(const Accepted& accepted) {
    std::string body = fmt::format(R"({{"accepted":{},"dropped":{},"rejected":{})", accepted.stored, accepted.dropped,
                                   accepted.rejected);
    if (!accepted.first_rejection.empty()) {
        body += R"(,"first_rejection":)";
        append_json_string(body, accepted.first_rejection);
    }
    body += "}\n";
    return {200, std::move(body)};
}

HttpAnswer answer_of_body(const Error& error) {
    switch (error.code) {
        case ErrorCode::kTimeout:
            return refusal(408, "body not complete in time");
        case ErrorCode::kTooLarge:
            return refusal(413, "body too large");
        default:
            return refusal(400, error.message);
    }
}

HttpAnswer answer_of_intake(const Error& error) {
    switch (error.code) {
        case ErrorCode::kInvalid:
            return refusal(400, error.message);
        case ErrorCode::kTooLarge:
            return refusal(413, error.message);
        case ErrorCode::kUnavailable:
        case ErrorCode::kCancelled:
            return retry_later(kRetrySoon_s, "shutting down");
        case ErrorCode::kFull:
            return retry_later(kRetry_s, "disk full");
        case ErrorCode::kTimeout:
            return retry_later(kRetry_s, "not durable in time");
        case ErrorCode::kDenied:
        case ErrorCode::kBroken:
        case ErrorCode::kNotFound:
        case ErrorCode::kExists:
            break;
    }
    return retry_later(kRetry_s, "spool failed");
}

HttpAnswer answer_of_memory(const Error& error) {
    if (error.code == ErrorCode::kTooLarge) return refusal(413, "body too large");
    return retry_later(kRetry_s, "no memory in time");
}

}  // namespace auditfwd
