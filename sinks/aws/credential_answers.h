// What those say who give credentials: bytes in, credentials out. Pure. Messages never quote an answer.
#pragma once

#include <string_view>

#include "forwarder/base/result.h"
#include "forwarder/net/http_call.h"
#include "sinks/aws/credential_plan.h"

namespace auditfwd {

// JSON: of a credential_process (`SessionToken`), a container endpoint or instance metadata (`Token`).
Result<AwsCredentials> read_credentials_json(std::string_view json);

// The form that asks STS, and its XML answer. kUnavailable: worth another try.
std::string web_identity_form(const WebIdentity& identity, std::string_view token);
std::string assume_role_form(const RoleStep& role);
Result<AwsCredentials> read_sts_answer(const HttpReply& reply);

// "2026-11-24T10:15:30Z", with fractions or not, also with an offset.
std::optional<WallTime> parse_time(std::string_view text);
// "Tue, 24 Nov 2026 10:15:30 GMT", the header Date.
std::optional<WallTime> parse_http_date(std::string_view text);

}  // namespace auditfwd
