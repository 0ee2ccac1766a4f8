// The head of a response: bytes in, what it says out. Pure; the client's counterpart of request_head.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "forwarder/net/http_call.h"

namespace auditfwd {

struct HttpResponseHead {
    unsigned status = 0;
    HttpFields fields;
    bool chunked = false;
    std::optional<std::uint64_t> content_length;
    bool keep_alive = false;

    // Neither length nor chunks: the body ends with the connection.
    bool until_close() const { return !chunked && !content_length; }
};

// `head` is what find_head() (request_head.h) measured; `method` is that of the request. A reply that has no body by
// its nature (to HEAD, 1xx, 204, 304) says a length of 0. Fails with kInvalid.
Result<HttpResponseHead> parse_response_head(std::string_view head, std::string_view method);

}  // namespace auditfwd
