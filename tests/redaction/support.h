// One event through decode, policy `all`, redaction and render.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "forwarder/redaction/redaction.h"

namespace auditfwd::testing {

struct Request {
    std::string uri = "/api/v1/namespaces/shop/things";
    std::string verb = "create";
    std::string body = {};      // requestObject, raw; empty: none
    std::string response = {};  // responseObject, raw; empty: none
    std::string more = {};      // further members, each with a comma before it
};

// On one line, without its newline.
std::string event_of(const Request& request);

struct Redacted {
    std::string record;                // empty: it was rejected
    std::string body = {};             // requestObject of the record, raw; empty: none
    std::string response;              // responseObject
    std::vector<std::string> removed;  // `removed` of the record
};

Redacted redact(const std::string& event, const Redaction& redaction = {});
inline Redacted redact(const Request& request, const Redaction& redaction = {}) {
    return redact(event_of(request), redaction);
}

// requestObject alone, redacted.
std::string redacted_body(std::string_view uri, std::string_view body, const Redaction& redaction = {});

}  // namespace auditfwd::testing
