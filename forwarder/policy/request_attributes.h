// What a request was about, rebuilt from the event's requestURI the way the API server read the request itself. See
// README.md of this room for the rules.
//
// Pure. The views lie in the URI or in the caller's scratch.
#pragma once

#include <optional>
#include <string_view>

#include "forwarder/policy/scratch.h"

namespace auditfwd {

struct RequestAttributes {
    std::string_view path;   // percent-decoded, with its slashes
    std::string_view query;  // as received, without `?`

    bool is_resource = false;
    // The rest is empty for a non-resource request.
    bool legacy = false;  // /api/v1/watch/… or /api/v1/proxy/…
    std::string_view group;
    std::string_view version;
    std::string_view in_namespace;
    std::string_view resource;
    std::string_view subresource;
    std::string_view name;  // of the path alone; list and watch may have another: selectors.h
};

// Nothing when the URI is none that an API server can have served: empty, not beginning with `/` (and not `*`), a bad
// percent escape in the path, nothing after the watch or proxy marker. Who decides then has to fail closed.
std::optional<RequestAttributes> parse_request_uri(std::string_view uri, ScratchText& scratch);

}  // namespace auditfwd
