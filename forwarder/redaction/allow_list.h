// What `strict` keeps of an event's strings, made from the paths in allowed_paths.cpp.
//
// Immutable after construction; thread: any.
#pragma once

#include <span>
#include <string_view>

#include "forwarder/redaction/path_tree.h"

namespace auditfwd {

class AllowList {
public:
    AllowList();

    const PathTree& tree() const { return tree_; }
    // Of the event itself.
    PathTree::Node event() const { return event_; }
    // Of an object in a body, by the API group of its request.
    PathTree::Node body(std::string_view group) const;
    // Whether a parameter's value stays.
    bool keeps_parameter(std::string_view name) const;

private:
    void add(PathTree::Node root, std::string_view path);

    PathTree tree_;
    PathTree::Node event_, any_, kubernetes_;
};

// The one there is.
const AllowList& allow_list();

// The data: allowed_paths.cpp.
struct AllowedPaths {
    std::span<const std::string_view> event;       // from the event's root
    std::span<const std::string_view> any;         // from an object's root, whatever it is
    std::span<const std::string_view> kubernetes;  // the same, of the groups below
    std::span<const std::string_view> groups;
    std::span<const std::string_view> pod_specs;   // what @pod stands for
    std::span<const std::string_view> metadata;    // what @meta stands for
    std::span<const std::string_view> parameters;  // of a requestURI's query
};
extern const AllowedPaths kAllowedPaths;

}  // namespace auditfwd
