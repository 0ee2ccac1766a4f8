#include "forwarder/net/http.h"

#include <fmt/format.h>

#include <boost/beast/http/status.hpp>

namespace auditfwd {

std::string render(const HttpAnswer& answer, bool keep_alive) {
    const auto reason = boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(answer.status));
    std::string out;
    out.reserve(256 + answer.body.size());
    auto at = std::back_inserter(out);
    fmt::format_to(at, "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n", answer.status,
                   fmt::string_view{reason.data(), reason.size()}, answer.content_type, answer.body.size());
    if (answer.status == 401) out += "WWW-Authenticate: Bearer\r\n";
    if (answer.status == 415) out += "Accept-Encoding: gzip, identity\r\n";
    if (!answer.allow.empty()) fmt::format_to(at, "Allow: {}\r\n", answer.allow);
    if (answer.retry_after_s > 0) fmt::format_to(at, "Retry-After: {}\r\n", answer.retry_after_s);
    out += keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
    out += answer.body;
    return out;
}

HttpAnswer refusal(unsigned status, std::string_view reason) {
    std::string body = R"({"error":)";
    append_json_string(body, reason);
    body += "}\n";
    return {status, std::move(body)};
}

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    for (const char c : text) {
        const bool printable = c >= 0x20 && c < 0x7f;
        if (c == '"' || c == '\\') out += '\\';
        out += printable ? c : '?';
    }
    out += '"';
}

}  // namespace auditfwd
