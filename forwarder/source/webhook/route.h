// Which cluster's events a request brings. Pure.
#pragma once

#include <string>
#include <string_view>
#include <variant>

namespace auditfwd {

// POST to "/" or "/audit": the configured cluster. POST to "/audit/<cluster>": that one.
struct EventsFor {
    std::string cluster;  // empty: the configured one
    bool operator==(const EventsFor&) const = default;
};
struct UnknownPath {
    bool operator==(const UnknownPath&) const = default;
};
struct WrongMethod {
    bool operator==(const WrongMethod&) const = default;
};
using Route = std::variant<EventsFor, UnknownPath, WrongMethod>;

// The query is ignored: kube-apiserver adds ?timeout=30s.
Route route(std::string_view method, std::string_view target);

// 1 to 128 of [A-Za-z0-9._-], but not "." or "..": names become parts of paths in some destinations.
bool is_cluster_name(std::string_view text);

}  // namespace auditfwd
