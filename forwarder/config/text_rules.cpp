#include "forwarder/config/text_rules.h"

#include <algorithm>

#include "forwarder/config/notation.h"
#include "sinks/kafka/topic_template.h"

namespace auditfwd {

namespace {

constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kUpper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kDigits = "0123456789";

bool is_of(char c, std::initializer_list<std::string_view> sets) {
    return std::ranges::any_of(sets, [c](std::string_view set) { return set.find(c) != set.npos; });
}

}  // namespace

Complaint check_name(std::string_view text) {
    constexpr std::size_t kNameMax = 40;
    const bool right =
        !text.empty() && text.size() <= kNameMax && text.front() != '-' && std::ranges::all_of(text, [](char c) {
            return is_of(c, {kLower, kDigits, "-"});
        });
    if (right) return std::nullopt;
    return "is not a name; write 1 to 40 of a-z, 0-9 and '-', the first not '-'";
}

Complaint check_cluster(std::string_view text) {
    constexpr std::size_t kClusterMax = 100;
    const bool right = !text.empty() && text.size() <= kClusterMax && is_of(text.front(), {kLower, kUpper, kDigits}) &&
                       std::ranges::all_of(text, [](char c) {
                           return is_of(c, {kLower, kUpper, kDigits, "._:-"});
                       });
    if (right) return std::nullopt;
    return "is not a cluster's name; write 1 to 100 of A-Z, a-z, 0-9, '.', '_', ':' and '-', a letter or digit first";
}

Complaint check_listen(std::string_view text) {
    if (const auto address = parse_listen_address(text); !address) return address.error().message;
    return std::nullopt;
}

Complaint check_url(std::string_view text) {
    for (const std::string_view scheme : {"https://", "http://"}) {
        if (!text.starts_with(scheme)) continue;
        const auto rest = text.substr(scheme.size());
        if (!rest.empty() && rest.find_first_of(" \t\r\n#@/") == rest.npos) return std::nullopt;
    }
    return "is not an endpoint; write https://HOST[:PORT]";
}

Complaint check_log_name(std::string_view text) {
    constexpr std::size_t kBytesMax = 512;
    if (text.empty() || text.size() > kBytesMax) return "is not 1 to 512 characters long";
    if (text.starts_with("aws/")) return "begins with \"aws/\", which AWS keeps for itself";
    while (true) {
        const auto at = text.find_first_of("$:* ");
        if (at == text.npos) return std::nullopt;
        const auto variable = text.substr(at);
        const bool known =
            variable.starts_with("${cluster}") || variable.starts_with("${source}") || variable.starts_with("${host}");
        if (!known)
            return "has a character no name may have, or a variable that is none of ${cluster}, ${source}, ${host}";
        text.remove_prefix(at + variable.find('}') + 1);
    }
}

Complaint check_tag(std::string_view text) {
    const auto equals = text.find('=');
    if (equals != text.npos && equals > 0 && equals <= 128 && text.size() - equals <= 257) return std::nullopt;
    return "is not a tag; write name=value, up to 128 and 256 characters";
}

Complaint check_filled(std::string_view text) {
    if (text.empty()) return "is empty; give a text or leave the key out";
    return std::nullopt;
}

Complaint check_pattern(std::string_view text) {
    const auto star = text.find('*');
    if (!text.empty() && (star == text.npos || star + 1 == text.size())) return std::nullopt;
    return "is not a name; write one as it is, or how names begin and then '*'";
}

Complaint check_address(std::string_view text) {
    constexpr std::size_t kHostMax = 253;
    const auto colon = text.rfind(':');
    const auto host = text.substr(0, std::min(colon, text.size()));
    const bool named = !host.empty() && host.size() <= kHostMax && std::ranges::all_of(host, [](char c) {
        return is_of(c, {kLower, kUpper, kDigits, "-._:[]"});
    });
    const auto port = colon == text.npos ? Result<std::uint64_t>{0} : parse_count(text.substr(colon + 1));
    if (named && port && *port >= 1 && *port <= 65'535) return std::nullopt;
    return "is not a server's address; write host:port, like kafka-1.example.com:9092";
}

Complaint check_topic(std::string_view text) {
    if (const auto topic = TopicTemplate::parse(text); !topic) return topic.error().message;
    return std::nullopt;
}

}  // namespace auditfwd
