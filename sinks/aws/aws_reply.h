// What an AWS service's answer means for who asked. Pure: one table for all services, JSON and XML.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "forwarder/net/http_call.h"

namespace auditfwd {

struct AwsReply {
    enum class Kind {
        kOk,
        kNotSent,      // certainly not heard
        kUnknown,      // sent, and no answer: it may have been done
        kServer,       // 5xx: the same
        kThrottled,    // not done; slower
        kCredentials,  // not done; others are needed
        kClock,        // not done; our clock is wrong by more than the service allows
        kRefused,      // not done, and would not be: `code` says why
    };

    Kind kind = Kind::kUnknown;
    std::string code{};     // "ThrottlingException"
    std::string message{};  // of the service, or of the failure; visible ASCII, never of an event's content
    HttpReply answer{};     // as it came; empty when none did
    std::chrono::milliseconds retry_after{0};     // what the service asks for
    std::optional<std::chrono::seconds> ahead{};  // the service's clock before ours, by its header Date

    bool ok() const { return kind == Kind::kOk; }
    bool ambiguous() const { return kind == Kind::kUnknown || kind == Kind::kServer; }
};

inline constexpr std::size_t kAwsReplyKinds = 8;
std::string_view to_string(AwsReply::Kind kind);  // "not_sent": for metric labels

// A word or a sentence of a service as it may be logged: visible ASCII, at most 300 characters of the first line. Behind
// it services repeat the request they were sent, with its token.
std::string tame(std::string_view text);

// `now` is by our clock, `skew` what it is corrected by already.
AwsReply judge(Result<HttpReply> reply, WallTime now, std::chrono::seconds skew);

}  // namespace auditfwd
