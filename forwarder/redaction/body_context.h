// What the request says about how its bodies are to be read: patch bodies name no kind. Pure.
#pragma once

#include <string>
#include <string_view>

namespace auditfwd {

struct BodyContext {
    bool secrets = false;     // of the resource `secrets`, in whatever group, or of a request that cannot be read
    std::string group = "?";  // of the API; "?": not known, or no resource
    std::string resource;
    bool oauth = false;  // of OpenShift's oauth resources
};

// From the event's requestURI, unescaped, never from its objectRef.
BodyContext body_context(std::string_view request_uri);

}  // namespace auditfwd
