#include "forwarder/policy/syntax.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace auditfwd {

namespace {

constexpr std::size_t kSubdomainMax = 253;
constexpr std::size_t kLabelMax = 63;

bool is_lower_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_alphanumeric(char c) { return is_lower_alphanumeric(c) || (c >= 'A' && c <= 'Z'); }

bool is_dns_label(std::string_view text) {
    return !text.empty() && is_lower_alphanumeric(text.front()) && is_lower_alphanumeric(text.back()) &&
           std::ranges::all_of(text, [](char c) { return is_lower_alphanumeric(c) || c == '-'; });
}

bool is_label_name(std::string_view text) {
    return !text.empty() && text.size() <= kLabelMax && is_alphanumeric(text.front()) && is_alphanumeric(text.back()) &&
           std::ranges::all_of(text, [](char c) { return is_alphanumeric(c) || c == '-' || c == '_' || c == '.'; });
}

}  // namespace

bool is_dns_subdomain(std::string_view text) {
    if (text.size() > kSubdomainMax) return false;
    for (;;) {
        const auto dot = text.find('.');
        if (!is_dns_label(text.substr(0, dot))) return false;
        if (dot == text.npos) return true;
        text.remove_prefix(dot + 1);
    }
}

bool is_label_key(std::string_view text) {
    const auto slash = text.find('/');
    if (slash == text.npos) return is_label_name(text);
    return is_dns_subdomain(text.substr(0, slash)) && is_label_name(text.substr(slash + 1));
}

bool is_label_value(std::string_view text) { return text.empty() || is_label_name(text); }

bool is_int64(std::string_view text) {
    if (text.starts_with('+')) {
        text.remove_prefix(1);
        if (text.starts_with('-')) return false;
    }
    std::int64_t value = 0;
    const auto* end = text.data() + text.size();
    const auto result = std::from_chars(text.data(), end, value);
    return result.ec == std::errc{} && result.ptr == end;
}

}  // namespace auditfwd
