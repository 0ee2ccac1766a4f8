// A configuration-sized document as a tree with lines: what YAML and JSON have in common, before anyone asks what it
// means. Duplicate keys are kept, so that they can be told.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "forwarder/policy/diagnostics.h"

namespace auditfwd {

enum class NodeId : std::uint32_t {};

struct Node {
    enum class Kind : std::uint8_t { kNull, kBool, kNumber, kString, kSequence, kMapping };

    Kind kind = Kind::kNull;
    bool boolean = false;
    bool is_merge = false;  // a key of YAML, `<<` without quotes
    std::size_t line = 0;
    std::string text;              // of a scalar, as the file means it; a number's as it is written
    std::vector<NodeId> children;  // a sequence's items; a mapping's keys and values by turns
};

struct Document {
    std::vector<Node> nodes;
    NodeId root{};

    const Node& at(NodeId id) const { return nodes[static_cast<std::size_t>(id)]; }
};

// Thrown by the readers and the builder, caught in this room.
struct DocumentError : std::runtime_error {
    DocumentError(std::size_t at_line, const std::string& text) : std::runtime_error{text}, line{at_line} {}
    std::size_t line;
};

// Puts a document together from what a reader meets, and refuses one that is too deep or too large; what YAML's aliases
// repeat counts each time.
class DocumentBuilder {
public:
    NodeId scalar(Node node);
    NodeId open(Node::Kind kind, std::size_t line);
    void close();
    // The same node once more.
    void reference(NodeId id, std::size_t line);

    bool in_sequence() const { return !open_.empty() && at(open_.back().id).kind == Node::Kind::kSequence; }
    bool in_mapping() const { return !open_.empty() && at(open_.back().id).kind == Node::Kind::kMapping; }
    bool at_key() const { return in_mapping() && at(open_.back().id).children.size() % 2 == 0; }
    bool done() const { return open_.empty() && !document_.nodes.empty(); }
    Document take() { return std::move(document_); }

private:
    struct Open {
        NodeId id;
        std::size_t events_before;
    };

    Node& at(NodeId id) { return document_.nodes[static_cast<std::size_t>(id)]; }
    const Node& at(NodeId id) const { return document_.at(id); }
    NodeId add(Node node);
    void attach(NodeId id);
    void count(std::size_t events, std::size_t line);
    void merge(Node& mapping);
    void merge_from(NodeId source, std::vector<NodeId>& out, std::size_t line);

    Document document_;
    std::vector<Open> open_;
    std::vector<std::size_t> sizes_;  // of each node, everything below it included; 0 while it is open
    std::size_t events_ = 0;
};

// Reads `text`, YAML or (beginning with `{`) JSON. What cannot be read is one error in `diagnostics` and a null
// document; `lenient` turns a second YAML document from an error into a warning.
Document read_document(std::string_view text, bool lenient, Diagnostics& diagnostics);

// The two readers; they throw DocumentError.
Document read_json(std::string_view text);
Document read_yaml(std::string_view text, bool lenient, Diagnostics& diagnostics);

}  // namespace auditfwd
