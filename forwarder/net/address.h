// Where a server listens: "127.0.0.1:9880", "[::1]:9880". Pure.
#pragma once

#include <string>
#include <string_view>

#include <boost/asio/ip/tcp.hpp>

#include "forwarder/base/asio.h"
#include "forwarder/base/result.h"

namespace auditfwd {

// Numbers only: which interface a name means must not depend on a name server. Fails with kInvalid.
Result<asio::ip::tcp::endpoint> parse_address(std::string_view text);

std::string to_string(const asio::ip::tcp::endpoint& endpoint);

}  // namespace auditfwd
