#include "sinks/cloudwatch/log_place.h"

#include <fmt/format.h>

#include "codecs/json_text.h"
#include "forwarder/base/log.h"

namespace auditfwd {

namespace {

std::string as_json(std::string_view text) {
    std::string out;
    append_quoted(out, text);
    return out;
}

}  // namespace

AwsRequest logs_call(std::string_view operation, std::string_view body) {
    AwsRequest request{.body = body};
    request.fields.emplace_back("Content-Type", "application/x-amz-json-1.1");
    request.fields.emplace_back("X-Amz-Target", fmt::format("Logs_20140328.{}", operation));
    return request;
}

std::string LogPlace::group_body(const CloudWatchOptions& options, std::string_view group) {
    auto body = fmt::format(R"({{"logGroupName":{})", as_json(group));
    if (options.log_class == LogGroupClass::kInfrequentAccess) body += R"(,"logGroupClass":"INFREQUENT_ACCESS")";
    if (!options.kms_key.empty()) body += R"(,"kmsKeyId":)" + as_json(options.kms_key);
    std::string tags;
    for (const auto& tag : options.tags) {
        const auto equals = tag.find('=');
        if (!tags.empty()) tags += ',';
        tags += as_json(tag.substr(0, equals)) + ':' + as_json(equals == tag.npos ? "" : tag.substr(equals + 1));
    }
    if (!tags.empty()) body += R"(,"tags":{)" + tags + '}';
    return body + '}';
}

Task<std::optional<AwsReply>> LogPlace::ask(std::string_view operation, const std::string& body) {
    auto request = logs_call(operation, body);
    auto reply = co_await client_.call(std::move(request));
    if (reply.ok() || reply.code == "ResourceAlreadyExistsException") co_return std::nullopt;
    reply.message = fmt::format("{}: {}", operation, reply.message);
    co_return reply;
}

Task<std::optional<AwsReply>> LogPlace::create(const std::string& group, const std::string& stream) {
    const auto body = fmt::format(R"({{"logGroupName":{},"logStreamName":{}}})", as_json(group), as_json(stream));
    auto failed = co_await ask("CreateLogStream", body);
    if (failed && failed->code == "ResourceNotFoundException") {
        failed = co_await create_group(group);
        if (failed) co_return failed;
        failed = co_await ask("CreateLogStream", body);
    }
    if (!failed) log_info("log stream created", {{"sink", owner_}, {"group", group}, {"stream", stream}});
    co_return failed;
}

Task<std::optional<AwsReply>> LogPlace::create_group(const std::string& group) {
    auto body = group_body(options_, group);
    auto failed = co_await ask("CreateLogGroup", body);
    if (failed) co_return failed;
    log_info("log group created", {{"sink", owner_}, {"group", group}});
    if (options_.retention_days == 0) co_return std::nullopt;
    body = fmt::format(R"({{"logGroupName":{},"retentionInDays":{}}})", as_json(group), options_.retention_days);
    co_return co_await ask("PutRetentionPolicy", body);
}

}  // namespace auditfwd
