#include "sinks/aws/sigv4.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>

namespace auditfwd {

namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

// Proxies and HTTP itself may change these on the way.
constexpr std::array<std::string_view, 12> kNeverSigned{
    "connection",        "expect",  "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer",
    "transfer-encoding", "upgrade", "user-agent", "x-amzn-trace-id",    "authorization"};

std::string_view view(const Sha256& bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::string lowered(std::string_view text) {
    std::string out{text};
    std::ranges::transform(out, out.begin(), lower);
    return out;
}

// Without blanks at the ends; runs of them inside become one.
std::string trimmed(std::string_view value) {
    std::string out;
    for (const char c : value) {
        if (!is_blank(c)) {
            out += c;
        } else if (!out.empty() && out.back() != ' ') {
            out += ' ';
        }
    }
    if (out.ends_with(' ')) out.pop_back();
    return out;
}

// RFC 3986 section 5.2.4, and empty segments go too.
std::string normalized(std::string_view path) {
    std::vector<std::string_view> segments;
    for (std::size_t at = 0; at < path.size();) {
        const auto end = std::min(path.find('/', at), path.size());
        const auto segment = path.substr(at, end - at);
        if (segment == "..") {
            if (!segments.empty()) segments.pop_back();
        } else if (!segment.empty() && segment != ".") {
            segments.push_back(segment);
        }
        at = end + 1;
    }
    std::string out;
    for (const auto segment : segments) out.append("/").append(segment);
    if (out.empty() || path.ends_with('/')) out += '/';
    return out;
}

std::string canonical_query(const NameValues& query) {
    NameValues encoded;
    for (const auto& [name, value] : query) encoded.emplace_back(percent_encoded(name), percent_encoded(value));
    std::ranges::sort(encoded);
    std::string out;
    for (const auto& [name, value] : encoded) {
        if (!out.empty()) out += '&';
        out.append(name).append("=").append(value);
    }
    return out;
}

// Sorted by name, equal names joined in the order they are sent.
NameValues canonical_headers(const SigningRequest& request) {
    NameValues headers{{"host", trimmed(request.host)}};
    for (const auto& [name, value] : request.headers) {
        auto low = lowered(name);
        if (std::ranges::find(kNeverSigned, low) == kNeverSigned.end())
            headers.emplace_back(std::move(low), trimmed(value));
    }
    std::ranges::stable_sort(headers, {}, &NameValues::value_type::first);
    NameValues joined;
    for (auto& header : headers) {
        if (!joined.empty() && joined.back().first == header.first) {
            joined.back().second.append(",").append(header.second);
        } else {
            joined.push_back(std::move(header));
        }
    }
    return joined;
}

std::string names_of(const NameValues& headers) {
    std::string names;
    for (const auto& header : headers) {
        if (!names.empty()) names += ';';
        names += header.first;
    }
    return names;
}

}  // namespace

std::string percent_encoded(std::string_view text, bool keep_slash) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string out;
    out.reserve(text.size() + text.size() / 4);
    for (const char c : text) {
        const bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
                           c == '.' || c == '_' || c == '~' || (keep_slash && c == '/');
        const auto byte = static_cast<unsigned char>(c);
        if (plain) {
            out += c;
        } else {
            out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
        }
    }
    return out;
}

std::string write_query(const NameValues& query) {
    std::string out;
    for (const auto& [name, value] : query) {
        if (!out.empty()) out += '&';
        out.append(percent_encoded(name)).append("=").append(percent_encoded(value));
    }
    return out;
}

std::string amz_date(WallTime time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    const auto day = std::chrono::floor<std::chrono::days>(seconds);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{seconds - day};
    return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                       clock.minutes().count(), clock.seconds().count());
}

std::string Signer::canonical_request(const SigningRequest& request) const {
    std::string path;
    switch (path_) {
        case SigningPath::kAsSent:
            path = request.path;
            break;
        case SigningPath::kEncodedAgain:
            path = percent_encoded(request.path, true);
            break;
        case SigningPath::kNormalized:
            path = percent_encoded(normalized(request.path), true);
            break;
    }
    auto out = request.method + '\n' + path + '\n' + canonical_query(request.query) + '\n';
    const auto headers = canonical_headers(request);
    for (const auto& [name, value] : headers) out.append(name).append(":").append(value).append("\n");
    return out + '\n' + names_of(headers) + '\n' + request.payload_hash;
}

std::string Signer::scope(std::string_view day) const {
    return fmt::format("{}/{}/{}/aws4_request", day, region_, service_);
}

const Sha256& Signer::key_of(const AwsCredentials& credentials, std::string_view day) {
    if (key_day_ == day && key_secret_ == credentials.secret_key) return key_;
    key_ = hmac_sha256("AWS4" + credentials.secret_key, day);
    key_ = hmac_sha256(view(key_), region_);
    key_ = hmac_sha256(view(key_), service_);
    key_ = hmac_sha256(view(key_), "aws4_request");
    key_day_ = day;
    key_secret_ = credentials.secret_key;
    return key_;
}

std::string Signer::signature(const SigningRequest& request, const AwsCredentials& credentials, std::string_view date) {
    const auto day = date.substr(0, 8);
    const auto to_sign =
        fmt::format("{}\n{}\n{}\n{}", kAlgorithm, date, scope(day), to_hex(sha256(canonical_request(request))));
    return to_hex(hmac_sha256(view(key_of(credentials, day)), to_sign));
}

void Signer::sign(SigningRequest& request, const AwsCredentials& credentials, WallTime now, PayloadHeader payload) {
    const auto date = amz_date(now);
    request.headers.emplace_back("x-amz-date", date);
    if (!credentials.session_token.empty())
        request.headers.emplace_back("x-amz-security-token", credentials.session_token);
    if (payload == PayloadHeader::kYes) request.headers.emplace_back("x-amz-content-sha256", request.payload_hash);
    const auto signed_names = names_of(canonical_headers(request));
    auto authorization =
        fmt::format("{} Credential={}/{}, SignedHeaders={}, Signature={}", kAlgorithm, credentials.access_key,
                    scope(std::string_view{date}.substr(0, 8)), signed_names, signature(request, credentials, date));
    request.headers.emplace_back("authorization", std::move(authorization));
}

void Signer::presign(SigningRequest& request, const AwsCredentials& credentials, WallTime now,
                     std::chrono::seconds valid_for) {
    const auto date = amz_date(now);
    auto& query = request.query;
    query.emplace_back("X-Amz-Algorithm", kAlgorithm);
    query.emplace_back("X-Amz-Credential", credentials.access_key + '/' + scope(std::string_view{date}.substr(0, 8)));
    query.emplace_back("X-Amz-Date", date);
    query.emplace_back("X-Amz-Expires", std::to_string(valid_for.count()));
    if (!credentials.session_token.empty()) query.emplace_back("X-Amz-Security-Token", credentials.session_token);
    query.emplace_back("X-Amz-SignedHeaders", names_of(canonical_headers(request)));
    query.emplace_back("X-Amz-Signature", signature(request, credentials, date));
}

}  // namespace auditfwd
