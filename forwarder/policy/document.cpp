#include "forwarder/policy/document.h"

#include <algorithm>
#include <utility>

#include "forwarder/base/units.h"
#include "forwarder/policy/characters.h"

namespace auditfwd {

namespace {

constexpr std::size_t kBytesMax = 1_MiB;
constexpr std::size_t kDepthMax = 32;           // a policy needs 7
constexpr std::size_t kEventsMax = 256 * 1024;  // keys, values and items

}  // namespace

void DocumentBuilder::count(std::size_t events, std::size_t line) {
    if (events > kEventsMax - events_) {
        throw DocumentError{line, "the file has too many values, what its aliases repeat included; at most 262144"};
    }
    events_ += events;
}

NodeId DocumentBuilder::add(Node node) {
    count(1, node.line);
    const NodeId id{static_cast<std::uint32_t>(document_.nodes.size())};
    document_.nodes.push_back(std::move(node));
    sizes_.push_back(0);
    return id;
}

void DocumentBuilder::attach(NodeId id) {
    if (open_.empty()) {
        document_.root = id;
    } else {
        at(open_.back().id).children.push_back(id);
    }
}

NodeId DocumentBuilder::scalar(Node node) {
    const auto id = add(std::move(node));
    sizes_.back() = 1;
    attach(id);
    return id;
}

NodeId DocumentBuilder::open(Node::Kind kind, std::size_t line) {
    if (open_.size() == kDepthMax) throw DocumentError{line, "nested too deeply; at most 32 levels"};
    const auto before = events_;
    Node node;
    node.kind = kind;
    node.line = line;
    const auto id = add(std::move(node));
    attach(id);
    open_.push_back({id, before});
    return id;
}

void DocumentBuilder::close() {
    const auto [id, before] = open_.back();
    open_.pop_back();
    if (at(id).kind == Node::Kind::kMapping) merge(at(id));
    sizes_[static_cast<std::size_t>(id)] = events_ - before;
}

void DocumentBuilder::reference(NodeId id, std::size_t line) {
    const auto size = sizes_[static_cast<std::size_t>(id)];
    if (size == 0) throw DocumentError{line, "an alias stands inside the value it repeats"};
    count(size, line);
    attach(id);
}

// Puts the members of merged mappings where `<<` stands. A mapping is closed after everything in it, so that what it
// merges has been merged already: no recursion.
void DocumentBuilder::merge(Node& mapping) {
    const auto& children = mapping.children;
    bool merges = false;
    for (std::size_t i = 0; i < children.size(); i += 2) merges |= at(children[i]).is_merge;
    if (!merges) return;
    std::vector<NodeId> out;
    for (std::size_t i = 0; i < children.size(); i += 2) {
        const auto& key = at(children[i]);
        if (!key.is_merge) {
            out.insert(out.end(), {children[i], children[i + 1]});
        } else if (const auto& value = at(children[i + 1]); value.kind == Node::Kind::kSequence) {
            for (auto item = value.children.rbegin(); item != value.children.rend(); ++item)
                merge_from(*item, out, key.line);
        } else {
            merge_from(children[i + 1], out, key.line);
        }
    }
    mapping.children = std::move(out);
}

void DocumentBuilder::merge_from(NodeId source, std::vector<NodeId>& out, std::size_t line) {
    const auto& node = at(source);
    if (node.kind != Node::Kind::kMapping)
        throw DocumentError{line, "`<<` merges mappings: write an alias of one, or a list of them"};
    out.insert(out.end(), node.children.begin(), node.children.end());
}

Document read_document(std::string_view text, bool lenient, Diagnostics& diagnostics) {
    try {
        if (text.size() > kBytesMax) throw DocumentError{1, "larger than 1 MiB; a policy is not"};
        const auto first =
            std::ranges::find_if(text, [](char c) { return c != ' ' && c != '\t' && c != '\r' && c != '\n'; });
        const bool json = first != text.end() && *first == '{';
        constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
        if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
        check_characters(text, json);
        return json ? read_json(text) : read_yaml(text, lenient, diagnostics);
    } catch (const DocumentError& error) {
        diagnostics.error(error.line, "", error.what());
        return Document{.nodes = {Node{}}, .root = NodeId{0}};
    }
}

}  // namespace auditfwd
