// Small audit events for tests of the program.
#pragma once

#include <string>
#include <string_view>

#include <fmt/format.h>

namespace auditfwd {

// On one line, without its newline.
inline std::string event(std::string_view id, std::string_view uri = "/api/v1/namespaces/shop/pods/web-0",
                         std::string_view verb = "get", std::string_view stage = "ResponseComplete") {
    return fmt::format(R"({{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"RequestResponse","auditID":"{}",)"
                       R"("stage":"{}","requestURI":"{}","verb":"{}","user":{{"username":"alice","groups":["dev"]}},)"
                       R"("requestObject":{{"data":"c2VjcmV0"}}}})",
                       id, stage, uri, verb);
}

inline std::string event_list(std::string_view items) {
    return fmt::format("{{\"kind\":\"EventList\",\"apiVersion\":\"audit.k8s.io/v1\",\"items\":[{}]}}", items);
}

inline constexpr std::string_view kNoAuditId = R"({"kind":"Event","apiVersion":"audit.k8s.io/v1","stage":"Panic"})";

}  // namespace auditfwd
