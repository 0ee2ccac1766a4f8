// YAML through yaml-cpp's events: its node view loses duplicate keys, and resolves scalars after another YAML.
#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <optional>
#include <sstream>
#include <utility>

#include "forwarder/policy/document.h"
#include "forwarder/policy/yaml_scalar.h"
#include "forwarder/policy/yaml_text.h"

namespace auditfwd {

namespace {

constexpr std::string_view kYamlTags = "tag:yaml.org,2002:";

std::size_t line_of(const YAML::Mark& mark) { return mark.line < 0 ? 1 : static_cast<std::size_t>(mark.line) + 1; }

// Feeds the builder. Throwing out of it ends the parse, so that yaml-cpp, which recurses with the nesting, goes no
// deeper than the builder does.
class YamlEvents final : public YAML::EventHandler {
public:
    // `text` is what is being parsed, and outlives this.
    explicit YamlEvents(std::string_view text) : text_{text} {}

    // Where the document's first node stands in the text.
    int begin() const { return begin_.value_or(0); }
    Document take() { return builder_.take(); }

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        Node node;
        node.line = line_at(mark);
        const auto next = text_.substr(std::min(position(mark), text_.size()));
        if (builder_.in_sequence() && (next.starts_with(',') || next.starts_with(']'))) {
            throw DocumentError{node.line, "not YAML: nothing between two commas"};
        }
        remember(anchor, builder_.scalar(std::move(node)));
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        builder_.reference(anchors_.at(anchor), line_at(mark));
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        Node node;
        node.line = line_at(mark);
        node.text = value;
        // At the end of a block yaml-cpp takes `users` for `users:`, and a rule whose last line lacks its colon would
        // match everyone.
        if (builder_.at_key() && !key_has_colon(text_, position(mark), value)) {
            throw DocumentError{node.line, fmt::format("not YAML: no colon behind {}", quoted(value))};
        }
        resolve(mark, tag, node);
        remember(anchor, builder_.scalar(std::move(node)));
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        remember(anchor, builder_.open(Node::Kind::kSequence, line_at(mark)));
    }
    void OnSequenceEnd() override { builder_.close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        remember(anchor, builder_.open(Node::Kind::kMapping, line_at(mark)));
    }
    void OnMapEnd() override { builder_.close(); }

private:
    std::size_t line_at(const YAML::Mark& mark) {
        if (!begin_) begin_ = mark.pos;
        return line_of(mark);
    }

    static std::size_t position(const YAML::Mark& mark) { return static_cast<std::size_t>(std::max(mark.pos, 0)); }

    void remember(YAML::anchor_t anchor, NodeId id) {
        if (anchor == YAML::NullAnchor) return;
        if (anchors_.size() <= anchor) anchors_.resize(anchor + 1);
        anchors_[anchor] = id;
    }

    // yaml-cpp says "?" of plain scalars and "!" of quoted ones; anything else is a tag of the file.
    void resolve(const YAML::Mark& mark, const std::string& tag, Node& node) const {
        node.kind = Node::Kind::kString;
        if (tag == "?") {
            require_finite(node);
            node.kind = plain_scalar_kind(node.text);
            node.is_merge = node.text == "<<";
        } else {
            require_tag(tag_at(text_, position(mark)), node);
            if (tag.starts_with(kYamlTags)) resolve_tagged(std::string_view{tag}.substr(kYamlTags.size()), node);
        }
        node.boolean = node.kind == Node::Kind::kBool && plain_boolean(node.text);
    }

    // `! yes` is a string here and a boolean there; `[!a,b]` has two items here and one there.
    static void require_tag(std::string_view tag, const Node& node) {
        if (tag == "!" || tag.find_first_of(",[]{}") != tag.npos) {
            throw DocumentError{node.line, fmt::format("the tag {}; write !!str and a blank, or quotes", quoted(tag))};
        }
    }

    // They cannot go through JSON, as everything does in Kubernetes.
    static void require_finite(const Node& node) {
        if (is_special_float(node.text)) {
            throw DocumentError{node.line,
                                fmt::format("{} is no value that JSON has; put it in quotes", quoted(node.text))};
        }
    }

    static void resolve_tagged(std::string_view type, Node& node) {
        if (type == "str") return;
        using enum Node::Kind;
        const auto kind = plain_scalar_kind(node.text);
        const bool fits = (type == "bool" && kind == kBool) || (type == "null" && kind == kNull) ||
                          ((type == "int" || type == "float") && kind == kNumber);
        if (!fits)
            throw DocumentError{node.line,
                                fmt::format("{} is no !!{} that a policy can have", quoted(node.text), type)};
        node.kind = kind;
    }

    const std::string_view text_;
    std::optional<int> begin_;
    DocumentBuilder builder_;
    std::vector<NodeId> anchors_;  // by yaml-cpp's number, which counts from 1
};

// Hears nothing: for parses that are only to fail.
class NoEvents final : public YAML::EventHandler {
    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
    void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
    void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
    void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
    void OnSequenceEnd() override {}
    void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
    void OnMapEnd() override {}
};

// yaml-cpp takes the end of the file for the end of a quoted scalar: a forgotten quote would swallow all the rules
// behind it. It refuses an end of document there, so one is put behind the text. Only for text that has been parsed
// once: nothing here bounds the depth.
void check_quotes_end(std::string_view text) {
    std::istringstream stream{std::string{text} + "\n...\n"};
    YAML::Parser parser{stream};
    NoEvents none;
    parser.HandleNextDocument(none);
}

// The first line of the next document that is not empty; 0 when there is none. There has to be a marker before it:
// yaml-cpp ends a document as well where the text makes no sense as part of it.
std::size_t next_document(std::string_view text, YAML::Parser& parser, Markers& markers) {
    for (int begin = -1;;) {
        YamlEvents events{text};
        if (!parser.HandleNextDocument(events)) return 0;
        const auto document = events.take();
        const auto& root = document.at(document.root);
        if (!markers.any_up_to(root.line)) {
            throw DocumentError{
                root.line, "not YAML: does not belong to what stands before; look at the indentation and brackets"};
        }
        // At text it cannot read, yaml-cpp finds an empty document again and again.
        if (root.kind != Node::Kind::kNull || events.begin() == begin) return root.line;
        begin = events.begin();
    }
}

void check_rest(std::string_view text, YAML::Parser& parser, std::size_t root_line, bool lenient,
                Diagnostics& diagnostics) {
    Markers markers{text, root_line};
    std::size_t line = 0;
    try {
        line = next_document(text, parser, markers);
    } catch (const YAML::Exception& error) {
        line = line_of(error.mark);
        if (!markers.any_up_to(line)) throw;
    }
    if (line == 0) return;
    constexpr std::string_view kText = "a second document; only the first counts, as in kube-apiserver";
    if (lenient) {
        diagnostics.warning(line, "", kText);
    } else {
        diagnostics.error(line, "", fmt::format("{}; remove it", kText));
    }
}

}  // namespace

Document read_yaml(std::string_view text, bool lenient, Diagnostics& diagnostics) {
    try {
        check_directives(text);
        std::istringstream stream{std::string{text}};
        YAML::Parser parser{stream};
        YamlEvents events{text};
        const bool any = parser.HandleNextDocument(events);
        auto document = any ? events.take() : Document{.nodes = {Node{}}, .root = NodeId{0}};
        check_quotes_end(text);
        if (any) check_rest(text, parser, document.at(document.root).line, lenient, diagnostics);
        return document;
    } catch (const YAML::Exception& error) {
        throw DocumentError{line_of(error.mark), fmt::format("not YAML: {}", error.msg)};
    }
}

}  // namespace auditfwd
