#include "forwarder/redaction/path_tree.h"

namespace auditfwd {

namespace {

std::string unescaped(std::string_view written) {
    std::string name;
    for (std::size_t i = 0; i < written.size(); ++i) {
        const bool escape = written[i] == '~' && i + 1 < written.size();
        name += !escape ? written[i] : written[++i] == '1' ? '/' : '~';
    }
    return name;
}

}  // namespace

PathTree::PathTree() : nodes_(2) { nodes_[kEverywhere].ends = true; }

PathTree::Node PathTree::add_root() {
    nodes_.emplace_back();
    return static_cast<Node>(nodes_.size() - 1);
}

void PathTree::add(Node root, const std::string& path) {
    const auto open = path.find('{');
    const auto close = open == path.npos ? open : path.find('}', open);
    if (close == path.npos) {
        const auto end = path.empty() ? root : walk(root, path);
        nodes_[end].ends = true;
        return;
    }
    auto words = std::string_view{path}.substr(open + 1, close - open - 1);
    for (;;) {
        const auto comma = words.find(',');
        add(root, path.substr(0, open) + std::string{words.substr(0, comma)} + path.substr(close + 1));
        if (comma == words.npos) return;
        words.remove_prefix(comma + 1);
    }
}

void PathTree::join(Node from, std::string_view path, Node root) {
    const auto slash = path.rfind('/');
    const auto at = slash == path.npos ? from : walk(from, path.substr(0, slash));
    const auto last = path.substr(slash + 1);
    if (last == "*")
        nodes_[at].any = root;
    else
        nodes_[at].children.push_back({unescaped(last), false, root});
}

PathTree::Node PathTree::walk(Node from, std::string_view path) {
    for (;;) {
        const auto slash = path.find('/');
        from = child(from, path.substr(0, slash));
        if (slash == path.npos) return from;
        path.remove_prefix(slash + 1);
    }
}

PathTree::Node PathTree::child(Node from, std::string_view written) {
    if (written == "*") {
        if (nodes_[from].any == kNowhere) {
            const auto made = add_root();
            nodes_[from].any = made;
        }
        return nodes_[from].any;
    }
    const bool prefix = written.ends_with('*');
    if (prefix) written.remove_suffix(1);
    const auto name = unescaped(written);
    for (const auto& known : nodes_[from].children) {
        if (known.name == name && known.prefix == prefix) return known.node;
    }
    const auto made = add_root();
    nodes_[from].children.push_back({name, prefix, made});
    return made;
}

PathTree::Node PathTree::member(Node from, std::string_view key) const {
    const auto& place = nodes_[from];
    for (const auto& child : place.children) {
        if (child.prefix ? key.starts_with(child.name) : key == child.name) return child.node;
    }
    return place.any;
}

}  // namespace auditfwd
