#include "forwarder/net/http_call.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace auditfwd {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_name(std::string_view a, std::string_view b) { return std::ranges::equal(a, b, {}, lower, lower); }

// What may stand in a URL, and cannot change what a request line means.
bool is_plain(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f && c != '"' && c != '<' && c != '>'; });
}

Error not_a_url(std::string_view why) {
    return {ErrorCode::kInvalid, fmt::format("is not a URL: {}; write https://HOST[:PORT][/PATH]", why)};
}

}  // namespace

std::string HttpEndpoint::authority() const {
    const bool v6 = host.find(':') != host.npos;
    auto text = v6 ? '[' + host + ']' : host;
    if (port != (tls ? 443 : 80)) text += fmt::format(":{}", port);
    return text;
}

Result<HttpUrl> parse_url(std::string_view text) {
    if (!is_plain(text)) return not_a_url("it holds blanks or other characters no URL has");
    HttpUrl url;
    if (text.starts_with("https://")) {
        text.remove_prefix(8);
    } else if (text.starts_with("http://")) {
        text.remove_prefix(7);
        url.endpoint.tls = false;
    } else {
        return not_a_url("it begins neither with https:// nor with http://");
    }
    const auto end = std::min(text.find_first_of("/?#"), text.size());
    auto place = text.substr(0, end);
    const auto rest = text.substr(end);
    if (rest.find('#') != rest.npos) return not_a_url("it has a fragment (#)");
    if (place.find('@') != place.npos) return not_a_url("it names a user");
    url.target = rest.starts_with('/') ? std::string{rest} : '/' + std::string{rest};

    auto colon = place.rfind(':');
    if (place.starts_with('[')) {
        const auto bracket = place.find(']');
        if (bracket == place.npos) return not_a_url("its address has no closing bracket");
        colon = bracket + 1 < place.size() ? bracket + 1 : place.npos;
        if (colon != place.npos && place[colon] != ':') return not_a_url("something stands behind the bracket");
        url.endpoint.host = place.substr(1, bracket - 1);
    } else {
        url.endpoint.host = place.substr(0, colon);
        if (url.endpoint.host.find(':') != std::string::npos) return not_a_url("an IPv6 address needs brackets");
    }
    if (url.endpoint.host.empty()) return not_a_url("it has no host");
    url.endpoint.port = url.endpoint.tls ? 443 : 80;
    if (colon == place.npos) return url;
    const auto digits = place.substr(colon + 1);
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), url.endpoint.port);
    if (error != std::errc{} || stop != digits.data() + digits.size() || url.endpoint.port == 0)
        return not_a_url("its port is not a number from 1 to 65535");
    return url;
}

std::string_view HttpReply::field(std::string_view name) const {
    const auto found = std::ranges::find_if(fields, [&](const auto& field) { return same_name(field.first, name); });
    return found == fields.end() ? std::string_view{} : std::string_view{found->second};
}

}  // namespace auditfwd
