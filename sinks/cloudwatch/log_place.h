// Creates log groups and streams that are not there.
//
// Owner: CloudWatchSink. Thread: the delivery worker. Several at once do no harm: what exists counts as created.
#pragma once

#include <optional>
#include <string>

#include "sinks/aws/aws_client.h"
#include "sinks/cloudwatch/options.h"

namespace auditfwd {

// A JSON 1.1 call of the service. The body lives until the call returns.
AwsRequest logs_call(std::string_view operation, std::string_view body);

class LogPlace {
public:
    LogPlace(std::string owner, const CloudWatchOptions& options, AwsClient& client)
        : owner_{std::move(owner)}, options_{options}, client_{client} {}

    // The stream, and the group when that is what is missing. Nothing: it is there now; else what was answered instead.
    // The names live until it returns.
    Task<std::optional<AwsReply>> create(const std::string& group, const std::string& stream);

    // For tests: the body of CreateLogGroup.
    static std::string group_body(const CloudWatchOptions& options, std::string_view group);

private:
    Task<std::optional<AwsReply>> create_group(const std::string& group);
    Task<std::optional<AwsReply>> ask(std::string_view operation, const std::string& body);

    const std::string owner_;
    const CloudWatchOptions& options_;
    AwsClient& client_;
};

}  // namespace auditfwd
