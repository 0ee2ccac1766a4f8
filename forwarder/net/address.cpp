#include "forwarder/net/address.h"

#include <charconv>

#include <fmt/format.h>

namespace auditfwd {

using asio::ip::tcp;

Result<tcp::endpoint> parse_address(std::string_view text) {
    const Error wrong{ErrorCode::kInvalid,
                      fmt::format("\"{}\": must be address:port, as in 127.0.0.1:9880 or [::1]:9880", text)};
    const auto colon = text.rfind(':');
    if (colon == text.npos) return wrong;
    auto host = text.substr(0, colon);
    const auto digits = text.substr(colon + 1);

    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (error != std::errc{} || end != digits.data() + digits.size()) return wrong;

    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) host = host.substr(1, host.size() - 2);
    boost::system::error_code failed;
    const auto address = asio::ip::make_address(std::string{host}, failed);
    if (failed || address.is_v6() != bracketed) return wrong;
    return tcp::endpoint{address, port};
}

std::string to_string(const tcp::endpoint& endpoint) {
    const auto address = endpoint.address().to_string();
    if (endpoint.address().is_v6()) return fmt::format("[{}]:{}", address, endpoint.port());
    return fmt::format("{}:{}", address, endpoint.port());
}

}  // namespace auditfwd
