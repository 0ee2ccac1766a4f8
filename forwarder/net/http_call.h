// The words between the HTTP client and who calls: a call, its reply, and where to. Pure values, and one interface.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "forwarder/base/asio.h"
#include "forwarder/base/clock.h"
#include "forwarder/base/result.h"

namespace auditfwd {

struct HttpEndpoint {
    bool tls = true;
    std::string host;  // a name, or an address without brackets
    std::uint16_t port = 443;

    // As the header Host says it: without the scheme's own port.
    std::string authority() const;
    bool operator==(const HttpEndpoint&) const = default;
};

struct HttpUrl {
    HttpEndpoint endpoint;
    std::string target = "/";  // path and query
};

// "https://host[:port][/path][?query]", or http. No user, no fragment. Fails with kInvalid.
Result<HttpUrl> parse_url(std::string_view text);

using HttpFields = std::vector<std::pair<std::string, std::string>>;

// Owned by the caller, as is the body; both live until the call returns.
struct HttpCall {
    std::string method = "GET";
    std::string target = "/";  // as it goes on the request line
    HttpFields fields{};       // beside Host, Content-Length and Connection, which the client says
    std::string_view body{};
    SteadyTime until{};                     // connecting, sending and the whole reply; by the system's clock
    std::size_t reply_bytes_max = 1 << 20;  // of its body
};

struct HttpReply {
    unsigned status = 0;
    HttpFields fields{};
    std::string body{};

    // The first value of a field, whatever its case; empty when absent.
    std::string_view field(std::string_view name) const;
};

// One endpoint that can be called. Owner and thread: see http_client.h; tests have their own.
class HttpCaller {
public:
    virtual ~HttpCaller() = default;

    virtual const HttpEndpoint& endpoint() const = 0;

    // Any complete answer is a reply, whatever its status; redirects are not followed. Fails with kUnavailable when the
    // request was certainly not sent (no name, no connection, no trust), else it may have been heard and done:
    // kTimeout, kBroken (the connection ended), kInvalid (the answer is not HTTP), kTooLarge (the answer is).
    virtual Task<Result<HttpReply>> call(const HttpCall& call) = 0;
};

}  // namespace auditfwd
