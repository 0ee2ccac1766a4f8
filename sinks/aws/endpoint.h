// Where AWS' services are. Pure.
#pragma once

#include <string>
#include <string_view>

#include "forwarder/net/http_call.h"

namespace auditfwd {

// logs.eu-west-1.amazonaws.com; dual-stack names answer to IPv6 too.
inline HttpEndpoint aws_endpoint(std::string_view service, std::string_view region, bool dual_stack = false) {
    const bool china = region.starts_with("cn-");
    std::string host{service};
    host.append(".").append(region).append(".");
    if (dual_stack) {
        host += china ? "api.amazonwebservices.com.cn" : "api.aws";
    } else {
        host += china ? "amazonaws.com.cn" : "amazonaws.com";
    }
    return {true, host, 443};
}

}  // namespace auditfwd
