#include "sinks/aws/aws_reply.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <pugixml.hpp>

#include "codecs/small_json.h"
#include "sinks/aws/credential_answers.h"

namespace auditfwd {

namespace {

using Kind = AwsReply::Kind;
using namespace std::chrono_literals;

constexpr std::array<std::string_view, 10> kThrottles{"ThrottlingException",       "Throttling",
                                                      "ThrottledException",        "RequestThrottled",
                                                      "RequestThrottledException", "SlowDown",
                                                      "RequestLimitExceeded",      "TooManyRequestsException",
                                                      "BandwidthLimitExceeded",    "LimitExceededException"};
constexpr std::array<std::string_view, 8> kBadCredentials{"UnrecognizedClientException",
                                                          "ExpiredTokenException",
                                                          "ExpiredToken",
                                                          "InvalidClientTokenId",
                                                          "InvalidToken",
                                                          "InvalidAccessKeyId",
                                                          "MissingAuthenticationTokenException",
                                                          "IncompleteSignatureException"};
constexpr std::array<std::string_view, 4> kBadSignatures{"InvalidSignatureException", "SignatureDoesNotMatch",
                                                         "RequestTimeTooSkewed", "RequestExpired"};
constexpr std::array<std::string_view, 4> kPassing{"InternalFailure", "InternalServerError",
                                                   "ServiceUnavailableException", "RequestTimeout"};
// Services refuse signatures that are five minutes off.
constexpr auto kSkewMax = 4min;

template <std::size_t N>
bool is_in(const std::array<std::string_view, N>& codes, std::string_view code) {
    return std::ranges::find(codes, code) != codes.end();
}

// "com.amazonaws.logs#ThrottlingException:http://…" names its last word.
std::string bare_code(std::string_view code) {
    code = code.substr(0, code.find(':'));
    return tame(code.substr(code.rfind('#') + 1));
}

std::chrono::milliseconds number_of(std::string_view text, std::chrono::milliseconds unit) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value > 86'400'000) return 0ms;
    return value * unit;
}

Kind kind_of(const AwsReply& reply, std::chrono::seconds skew) {
    if (reply.answer.status >= 200 && reply.answer.status < 300) return Kind::kOk;
    if (is_in(kThrottles, reply.code) || reply.answer.status == 429) return Kind::kThrottled;
    if (is_in(kBadCredentials, reply.code)) return Kind::kCredentials;
    if (is_in(kBadSignatures, reply.code)) {
        const bool wrong_clock = reply.ahead && std::chrono::abs(*reply.ahead - skew) > kSkewMax;
        return wrong_clock ? Kind::kClock : Kind::kCredentials;
    }
    if (reply.answer.status >= 500 || is_in(kPassing, reply.code)) return Kind::kServer;
    return Kind::kRefused;
}

// JSON services say what is wrong in a header or a member, S3 in XML.
void read_error(AwsReply& reply) {
    const auto& body = reply.answer.body;
    reply.code = bare_code(reply.answer.field("x-amzn-ErrorType"));
    if (body.starts_with('<')) {
        pugi::xml_document document;
        if (!document.load_buffer(body.data(), body.size())) return;
        const auto error = document.child("Error");
        reply.code = bare_code(error.child("Code").text().get());
        reply.message = tame(error.child("Message").text().get());
    } else if (const auto json = SmallJson::parse(body)) {
        if (const auto type = json->text("/__type")) reply.code = bare_code(*type);
        reply.message = tame(json->text("/message").value_or(json->text("/Message").value_or("")));
    }
}

}  // namespace

std::string tame(std::string_view text) {
    std::string out;
    for (const char c : text.substr(0, std::min<std::size_t>(text.find('\n'), 300)))
        out += c >= ' ' && c < 0x7f ? c : '?';
    return out;
}

std::string_view to_string(Kind kind) {
    constexpr std::array<std::string_view, kAwsReplyKinds> kWords{"ok",        "not_sent",    "unknown", "server",
                                                                  "throttled", "credentials", "clock",   "refused"};
    return kWords[static_cast<std::size_t>(kind)];
}

AwsReply judge(Result<HttpReply> reply, WallTime now, std::chrono::seconds skew) {
    AwsReply judged;
    if (!reply) {
        judged.kind = reply.error().code == ErrorCode::kUnavailable ? Kind::kNotSent : Kind::kUnknown;
        judged.message = tame(reply.error().message);
        return judged;
    }
    judged.answer = std::move(*reply);
    if (const auto date = parse_http_date(judged.answer.field("Date")))
        judged.ahead = std::chrono::round<std::chrono::seconds>(*date - now);
    judged.retry_after = std::max(number_of(judged.answer.field("x-amz-retry-after"), 1ms),
                                  number_of(judged.answer.field("Retry-After"), 1s));
    if (judged.answer.status < 200 || judged.answer.status >= 300) read_error(judged);
    judged.kind = kind_of(judged, skew);
    return judged;
}

}  // namespace auditfwd
