#include "forwarder/redaction/body_context.h"

#include "forwarder/policy/request_attributes.h"

namespace auditfwd {

BodyContext body_context(std::string_view request_uri) {
    ScratchText scratch;
    const auto request = parse_request_uri(request_uri, scratch);
    if (!request) return {.secrets = true, .oauth = true};
    return {.secrets = request->resource == "secrets", .oauth = request->resource.starts_with("oauth")};
}

}  // namespace auditfwd
