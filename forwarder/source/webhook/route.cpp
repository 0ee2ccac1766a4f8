#include "forwarder/source/webhook/route.h"

#include <algorithm>

namespace auditfwd {

namespace {

constexpr std::size_t kClusterBytesMax = 128;

bool is_cluster_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
}

// What is left of an absolute target ("http://host/path?query") or a plain one is its path.
std::string_view path_of(std::string_view target) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!target.starts_with(scheme)) continue;
        target.remove_prefix(std::min(target.find('/', scheme.size()), target.size()));
    }
    return target.substr(0, target.find_first_of("?#"));
}

}  // namespace

bool is_cluster_name(std::string_view text) {
    return !text.empty() && text.size() <= kClusterBytesMax && text != "." && text != ".." &&
           std::ranges::all_of(text, is_cluster_character);
}

Route route(std::string_view method, std::string_view target) {
    constexpr std::string_view kAudit = "/audit/";
    const auto path = path_of(target);
    EventsFor events;
    if (path.starts_with(kAudit) && is_cluster_name(path.substr(kAudit.size()))) {
        events.cluster = path.substr(kAudit.size());
    } else if (path != "/" && path != "/audit") {
        return UnknownPath{};
    }
    if (method != "POST") return WrongMethod{};
    return events;
}

}  // namespace auditfwd
