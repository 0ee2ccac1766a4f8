// CloudWatch Logs as its reference describes it, to the byte: what no emulator enforces. Signatures are judged
// elsewhere (tests/sinks/aws); here a request must have one, and the hash of the bytes it carries.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "forwarder/base/clock.h"
#include "forwarder/net/http_call.h"

namespace auditfwd::testing {

class StrictLogs {
public:
    struct Event {
        std::string group;
        std::string stream;
        std::int64_t time_ms;
        std::string message;
    };
    struct Seen {
        std::string operation;
        std::string json;  // unzipped
        std::size_t events = 0;
        std::size_t counted_bytes = 0;
    };

    explicit StrictLogs(const Clock& clock) : clock_{clock} {}

    Result<HttpReply> answer(const HttpCall& call);

    // Of the next calls of an operation: an answer instead, before anything is done; nothing: it is done.
    std::function<std::optional<Result<HttpReply>>(const std::string& operation, const HttpCall& call)> before;
    // The same, after it was done.
    std::function<std::optional<Result<HttpReply>>(const std::string& operation)> after;

    std::size_t event_bytes_max = 262'144;
    std::chrono::milliseconds ahead{0};  // of the service's clock
    std::set<std::pair<std::string, std::string>> streams;
    std::map<std::string, int> groups;  // with their retention in days; 0: for ever
    std::vector<Event> events;
    std::vector<Seen> seen;

    std::size_t count(const std::string& operation) const;
    static HttpReply error(const std::string& code, const std::string& message = "why", unsigned status = 400);

private:
    HttpReply perform(Seen& seen);
    HttpReply put(Seen& seen);
    std::int64_t now_ms() const;

    const Clock& clock_;
};

}  // namespace auditfwd::testing
