#include "forwarder/redaction/body_context.h"

#include "forwarder/policy/request_attributes.h"

namespace auditfwd {

BodyContext body_context(std::string_view request_uri) {
    ScratchText scratch;
    const auto request = parse_request_uri(request_uri, scratch);
    BodyContext context;
    if (!request) {
        context.secrets = context.oauth = true;
    } else if (request->is_resource) {
        context.secrets = request->resource == "secrets";
        context.oauth = request->resource.starts_with("oauth");
        context.group = request->group;
        context.resource = request->resource;
    }
    return context;
}

}  // namespace auditfwd
