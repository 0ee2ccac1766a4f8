// The head of a request: bytes in, what it says out. Pure.
//
// Over Beast's parser, with the rules on top that keep a request from being understood in two ways (smuggling): one
// Content-Length of digits, or one Transfer-Encoding that is exactly "chunked" and in HTTP/1.1, never both; one Host.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "forwarder/net/http.h"

namespace auditfwd {

// Bytes of `bytes` up to and with the empty line that ends a head; nothing when it has not come yet. Empty lines in
// front, which some old clients send behind a body, belong to the head. `searched` bytes were given before, in vain.
std::optional<std::size_t> find_head(std::string_view bytes, std::size_t searched = 0);

// `head` is what find_head() measured. Fails with kInvalid. Peer and time are the session's to fill in.
Result<HttpRequest> parse_head(std::string_view head);

}  // namespace auditfwd
