#include "forwarder/redaction/allow_list.h"

#include <algorithm>
#include <string>

namespace auditfwd {

AllowList::AllowList() : event_{tree_.add_root()}, any_{tree_.add_root()}, kubernetes_{tree_.add_root()} {
    for (const auto path : kAllowedPaths.event) add(event_, path);
    for (const auto path : kAllowedPaths.any) {
        add(any_, path);
        add(kubernetes_, path);
    }
    for (const auto path : kAllowedPaths.kubernetes) add(kubernetes_, path);
    // A list's items and a table's rows are objects themselves.
    for (const auto root : {any_, kubernetes_}) {
        tree_.join(root, "items/*", root);
        tree_.join(root, "rows/*/object", root);
    }
}

// Puts in what macros stand for.
void AllowList::add(PathTree::Node root, std::string_view path) {
    for (const auto& [name, prefixes] : {std::pair{std::string_view{"@pod"}, kAllowedPaths.pod_specs},
                                         std::pair{std::string_view{"@meta"}, kAllowedPaths.metadata}}) {
        if (!path.starts_with(name)) continue;
        for (const auto prefix : prefixes) tree_.add(root, std::string{prefix} += path.substr(name.size()));
        return;
    }
    tree_.add(root, std::string{path});
}

PathTree::Node AllowList::body(std::string_view group) const {
    const auto& groups = kAllowedPaths.groups;
    return std::find(groups.begin(), groups.end(), group) != groups.end() ? kubernetes_ : any_;
}

bool AllowList::keeps_parameter(std::string_view name) const {
    const auto& names = kAllowedPaths.parameters;
    return std::find(names.begin(), names.end(), name) != names.end();
}

const AllowList& allow_list() {
    static const AllowList list;
    return list;
}

}  // namespace auditfwd
