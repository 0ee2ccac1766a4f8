// The places in events that loaded rules ask for, merged into one tree: what a single walk over a member has to keep.
//
// A node stands for the values at one place. Elements of an array that are asked for are values of the array's own
// node, so that `containers` and `containers[1]` are the same place, however deep arrays nest.
//
// Grows while rules are loaded, immutable afterwards; then shared by all workers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "codecs/json_text.h"

namespace auditfwd {

class Projection {
public:
    using Node = std::uint16_t;
    static constexpr Node kRoot = 0;  // the event
    static constexpr Node kNone = 0xffff;

    Projection() { add(kNone); }

    // The node of a member, made if need be; kNone when there are too many.
    Node member(Node node, std::string_view key) { return member(node, key, kNone); }
    // The same where `key` is a number: what is asked for inside it is what is asked for inside elements here.
    Node member_like_element(Node node, std::string_view key) { return member(node, key, nodes_[node].shape); }
    // Elements of arrays here are asked for.
    void want_elements(Node node) { shape(node).elements = true; }
    // The names of members are asked for: values of a node of their own. kNone when there are too many.
    Node names(Node node);

    std::size_t size() const { return nodes_.size(); }
    bool has_elements(Node node) const { return shape(node).elements; }
    Node names_of(Node node) const { return shape(node).names; }
    // Nothing inside its values is asked for.
    bool is_leaf(Node node) const {
        const auto& here = shape(node);
        return here.members.empty() && !here.elements && here.names == kNone;
    }
    // The node of the member whose key has this content, as it stands in the text.
    Node find(Node node, std::string_view content) const {
        const auto& here = shape(node);
        if ((here.filter & mark(content)) != 0) {
            for (const auto& candidate : here.members) {
                if (candidate.key == content) return candidate.node;
            }
        }
        return here.members.empty() || !has_backslash(content) ? kNone : find_disguised(here, content);
    }

private:
    struct Member {
        std::string key;  // unescaped
        Node node;
    };
    struct Place {
        std::vector<Member> members;
        std::uint64_t filter = 0;  // one bit for each of their keys
        Node shape = kNone;        // whose members, names and elements are asked for: mostly its own
        Node names = kNone;
        bool elements = false;
    };

    static std::uint64_t mark(std::string_view key) {
        if (key.empty()) return 1;
        const auto letters = static_cast<unsigned char>(key.front()) * 7u + static_cast<unsigned char>(key.back());
        return std::uint64_t{1} << ((letters + key.size() * 13) % 64);
    }
    Place& shape(Node node) { return nodes_[nodes_[node].shape]; }
    const Place& shape(Node node) const { return nodes_[nodes_[node].shape]; }
    static Node find_disguised(const Place& place, std::string_view content);
    Node member(Node node, std::string_view key, Node shape);
    Node add(Node shape);

    std::vector<Place> nodes_;
};

}  // namespace auditfwd
