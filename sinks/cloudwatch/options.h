// Settings of a CloudWatch Logs sink.
#pragma once

#include <string>
#include <vector>

#include "sinks/aws/options.h"
#include "sinks/oversize_options.h"

namespace auditfwd {

enum class LogGroupClass { kStandard, kInfrequentAccess };

struct CloudWatchOptions {
    // Templates: ${cluster} and ${source} are the record's, ${host} this machine's name.
    std::string group;
    std::string stream = "${cluster}-${host}";
    AwsOptions aws{};

    // What is not there is created, so:
    bool create = true;
    LogGroupClass log_class = LogGroupClass::kStandard;
    unsigned retention_days = 0;  // 0: for ever
    std::string kms_key{};
    std::vector<std::string> tags{};  // name=value

    OversizeOptions oversize{.limit_bytes = 256 * 1024};  // of one event, as the service counts: with its 26 bytes
    bool restamp = true;
    bool compress = true;
};

}  // namespace auditfwd
