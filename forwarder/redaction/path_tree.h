// Places in JSON values, named by the members on the way: a tree made from paths.
//
// A path's parts are member names with slashes between; `*` is any member or element, `name*` any member whose name
// begins so, {a,b} either, ~1 and ~0 a slash and a tilde inside a name. Immutable once built; thread: any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace auditfwd {

class PathTree {
public:
    using Node = std::uint32_t;
    static constexpr Node kNowhere = 0;     // no path goes on from here
    static constexpr Node kEverywhere = 1;  // a path ends here

    PathTree();

    Node add_root();
    // Without a slash before its first part. Empty: the root itself.
    void add(Node root, const std::string& path);
    // What stands below `path` is what stands below `root`.
    void join(Node from, std::string_view path, Node root);

    // Where a member leads (`key` as it stands in the text: a disguised one leads nowhere), and an element of an array.
    Node member(Node from, std::string_view key) const;
    Node element(Node from) const { return nodes_[from].any; }
    // Whether a path ends here.
    bool ends(Node node) const { return nodes_[node].ends; }

private:
    struct Child {
        std::string name;  // up to a `*` at its end
        bool prefix = false;
        Node node = kNowhere;
    };
    struct Place {
        std::vector<Child> children;
        Node any = kNowhere;  // `*` alone
        bool ends = false;
    };

    Node child(Node from, std::string_view written);
    Node walk(Node from, std::string_view path);

    std::vector<Place> nodes_;
};

}  // namespace auditfwd
