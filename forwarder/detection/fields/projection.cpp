#include "forwarder/detection/fields/projection.h"

namespace auditfwd {

Projection::Node Projection::add(Node shape) {
    if (nodes_.size() == kNone) return kNone;
    const auto made = static_cast<Node>(nodes_.size());
    nodes_.emplace_back().shape = shape == kNone ? made : shape;
    return made;
}

Projection::Node Projection::member(Node node, std::string_view key, Node shape_of_it) {
    for (const auto& candidate : shape(node).members) {
        if (candidate.key == key) return candidate.node;
    }
    const auto made = add(shape_of_it);
    if (made == kNone) return kNone;
    auto& here = shape(node);
    here.members.push_back({std::string{key}, made});
    here.filter |= mark(key);
    return made;
}

Projection::Node Projection::names(Node node) {
    if (shape(node).names == kNone) {
        const auto made = add(kNone);
        shape(node).names = made;
    }
    return shape(node).names;
}

Projection::Node Projection::find_disguised(const Place& place, std::string_view content) {
    std::string plain(content.size(), '\0');
    const auto size = unescape(content, plain.data());
    if (!size) return kNone;
    plain.resize(*size);
    for (const auto& candidate : place.members) {
        if (candidate.key == plain) return candidate.node;
    }
    return kNone;
}

}  // namespace auditfwd
