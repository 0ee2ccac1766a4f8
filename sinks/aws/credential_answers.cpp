#include "sinks/aws/credential_answers.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <pugixml.hpp>

#include "codecs/small_json.h"
#include "sinks/aws/aws_reply.h"
#include "sinks/aws/sigv4.h"

namespace auditfwd {

namespace {

Error invalid(std::string_view what) { return {ErrorCode::kInvalid, std::string{what}}; }

bool take_number(std::string_view& text, std::size_t digits, int& value) {
    if (text.size() < digits) return false;
    const auto [end, error] = std::from_chars(text.data(), text.data() + digits, value);
    if (error != std::errc{} || end != text.data() + digits) return false;
    text.remove_prefix(digits);
    return true;
}

bool take(std::string_view& text, char c) {
    if (text.empty() || text.front() != c) return false;
    text.remove_prefix(1);
    return true;
}

std::optional<WallTime> time_of(int year, int month, int day, int hour, int minute, int second) {
    const auto date = std::chrono::year{year} / month / day;
    if (!date.ok() || hour > 23 || minute > 59 || second > 60) return {};
    return std::chrono::sys_days{date} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
           std::chrono::seconds{second};
}

}  // namespace

std::optional<WallTime> parse_time(std::string_view text) {
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
    const bool good = take_number(text, 4, year) && take(text, '-') && take_number(text, 2, month) && take(text, '-') &&
                      take_number(text, 2, day) && take(text, 'T') && take_number(text, 2, hour) && take(text, ':') &&
                      take_number(text, 2, minute) && take(text, ':') && take_number(text, 2, second);
    if (!good) return {};
    if (take(text, '.')) text.remove_prefix(std::min(text.find_first_not_of("0123456789"), text.size()));
    const auto time = time_of(year, month, day, hour, minute, second);
    if (!time || text == "Z") return time;
    const bool east = take(text, '+');
    if (!east && !take(text, '-')) return {};
    if (!take_number(text, 2, hour)) return {};
    take(text, ':');
    if (!take_number(text, 2, minute) || !text.empty()) return {};
    const auto offset = std::chrono::hours{hour} + std::chrono::minutes{minute};
    return east ? *time - offset : *time + offset;
}

std::optional<WallTime> parse_http_date(std::string_view text) {
    constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    if (text.size() != 29 || !text.ends_with(" GMT")) return {};
    text.remove_prefix(5);
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
    if (!take_number(text, 2, day) || !take(text, ' ')) return {};
    for (int i = 0; i < 12; ++i) {
        if (text.starts_with(kMonths[static_cast<std::size_t>(i)])) month = i + 1;
    }
    text.remove_prefix(3);
    const bool good = take(text, ' ') && take_number(text, 4, year) && take(text, ' ') && take_number(text, 2, hour) &&
                      take(text, ':') && take_number(text, 2, minute) && take(text, ':') &&
                      take_number(text, 2, second);
    if (!good || month == 0) return {};
    return time_of(year, month, day, hour, minute, second);
}

Result<AwsCredentials> read_credentials_json(std::string_view json) {
    TRY(const auto answer, SmallJson::parse(json));
    // Of instance metadata; also how a refusal looks there.
    if (const auto code = answer.text("/Code"); code && *code != "Success")
        return Error{ErrorCode::kUnavailable, "it says " + tame(*code)};
    const auto key = answer.text("/AccessKeyId");
    const auto secret = answer.text("/SecretAccessKey");
    auto token = answer.text("/Token");
    if (!token) token = answer.text("/SessionToken");
    if (!key || !secret || key->empty() || secret->empty())
        return invalid("the answer has no AccessKeyId and SecretAccessKey");
    AwsCredentials credentials{*key, *secret, token.value_or("")};
    if (const auto expires = answer.text("/Expiration")) {
        credentials.expires = parse_time(*expires);
        if (!credentials.expires) return invalid("the answer's Expiration is no time");
    }
    return credentials;
}

std::string web_identity_form(const WebIdentity& identity, std::string_view token) {
    return "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=" + percent_encoded(identity.role_arn) +
           "&RoleSessionName=" + percent_encoded(identity.session_name) + "&WebIdentityToken=" + percent_encoded(token);
}

std::string assume_role_form(const RoleStep& role) {
    auto form = "Action=AssumeRole&Version=2011-06-15&RoleArn=" + percent_encoded(role.role_arn) +
                "&RoleSessionName=" + percent_encoded(role.session_name);
    if (!role.external_id.empty()) form += "&ExternalId=" + percent_encoded(role.external_id);
    return form;
}

Result<AwsCredentials> read_sts_answer(const HttpReply& reply) {
    pugi::xml_document document;
    const auto parsed = document.load_buffer(reply.body.data(), reply.body.size());
    if (reply.status != 200) {
        const auto error = document.child("ErrorResponse").child("Error");
        const std::string code = error.child("Code").text().get();
        const bool passing = reply.status >= 500 || reply.status == 429 || code == "IDPCommunicationError" ||
                             code == "InvalidIdentityToken" || code == "Throttling" || code == "ExpiredTokenException";
        return Error{
            passing ? ErrorCode::kUnavailable : ErrorCode::kInvalid,
            fmt::format("STS says {} {}: {}", reply.status, tame(code), tame(error.child("Message").text().get()))};
    }
    if (!parsed) return Error{ErrorCode::kUnavailable, "STS' answer is not XML"};
    for (const auto* action : {"AssumeRoleWithWebIdentity", "AssumeRole"}) {
        const auto found = document.child((std::string{action} + "Response").c_str())
                               .child((std::string{action} + "Result").c_str())
                               .child("Credentials");
        if (!found) continue;
        AwsCredentials credentials{found.child("AccessKeyId").text().get(), found.child("SecretAccessKey").text().get(),
                                   found.child("SessionToken").text().get()};
        credentials.expires = parse_time(found.child("Expiration").text().get());
        if (credentials.access_key.empty() || credentials.secret_key.empty() || !credentials.expires) break;
        return credentials;
    }
    return Error{ErrorCode::kUnavailable, "STS' answer has no credentials"};
}

}  // namespace auditfwd
