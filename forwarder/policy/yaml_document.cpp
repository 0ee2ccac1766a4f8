// YAML through yaml-cpp's events: its node view loses duplicate keys, and resolves scalars after another YAML.
#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>
#include <utility>

#include "forwarder/policy/document.h"
#include "forwarder/policy/yaml_scalar.h"

namespace auditfwd {

namespace {

constexpr std::string_view kYamlTags = "tag:yaml.org,2002:";

std::size_t line_of(const YAML::Mark& mark) { return mark.line < 0 ? 1 : static_cast<std::size_t>(mark.line) + 1; }

// Feeds the builder. Throwing out of it ends the parse, so that yaml-cpp, which recurses with the nesting, goes no
// deeper than the builder does.
class YamlEvents final : public YAML::EventHandler {
public:
    std::size_t first_line() const { return first_line_; }
    Document take() { return builder_.take(); }

    void OnDocumentStart(const YAML::Mark& mark) override { first_line_ = line_of(mark); }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        Node node;
        node.line = line_of(mark);
        remember(anchor, builder_.scalar(std::move(node)));
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        builder_.reference(anchors_.at(anchor), line_of(mark));
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        Node node;
        node.line = line_of(mark);
        node.text = value;
        resolve(tag, node);
        remember(anchor, builder_.scalar(std::move(node)));
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        remember(anchor, builder_.open(Node::Kind::kSequence, line_of(mark)));
    }
    void OnSequenceEnd() override { builder_.close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        remember(anchor, builder_.open(Node::Kind::kMapping, line_of(mark)));
    }
    void OnMapEnd() override { builder_.close(); }

private:
    void remember(YAML::anchor_t anchor, NodeId id) {
        if (anchor == YAML::NullAnchor) return;
        if (anchors_.size() <= anchor) anchors_.resize(anchor + 1);
        anchors_[anchor] = id;
    }

    // yaml-cpp says "?" of plain scalars and "!" of quoted ones; anything else is a tag of the file.
    static void resolve(const std::string& tag, Node& node) {
        node.kind = Node::Kind::kString;
        if (tag == "?") {
            require_plain(node);
            node.kind = plain_scalar_kind(node.text);
            node.is_merge = node.text == "<<";
        } else if (tag.starts_with(kYamlTags)) {
            resolve_tagged(std::string_view{tag}.substr(kYamlTags.size()), node);
        }
        node.boolean = node.kind == Node::Kind::kBool && plain_boolean(node.text);
    }

    // YAML reserves these; yaml-cpp lets them begin a plain scalar.
    static void require_plain(const Node& node) {
        if (node.text.starts_with('%') || node.text.starts_with('@') || node.text.starts_with('`')) {
            throw DocumentError{node.line,
                                fmt::format("{} has to be quoted: nothing begins so in YAML", quoted(node.text))};
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

    DocumentBuilder builder_;
    std::vector<NodeId> anchors_;  // by yaml-cpp's number, which counts from 1
    std::size_t first_line_ = 1;
};

// Kubernetes reads YAML 1.1 and refuses files that say otherwise, and directives it does not know.
void check_directives(std::string_view text) {
    for (std::size_t line = 1; !text.empty(); ++line) {
        const auto end = text.find('\n');
        auto content = text.substr(0, end);
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
        while (content.ends_with('\r') || content.ends_with(' ') || content.ends_with('\t')) content.remove_suffix(1);
        const bool directive = content.starts_with('%');
        if (directive && !content.starts_with("%TAG ") && content != "%YAML 1.1") {
            throw DocumentError{line, fmt::format("the directive {} is not supported; remove it", quoted(content))};
        }
        if (!directive && !content.empty() && !content.starts_with('#')) return;
    }
}

// The documents behind the first one: empty ones are nothing.
void check_rest(YAML::Parser& parser, bool lenient, Diagnostics& diagnostics) {
    std::size_t line = 0;
    try {
        for (YamlEvents events; line == 0 && parser.HandleNextDocument(events); events = YamlEvents{}) {
            auto document = events.take();
            if (document.at(document.root).kind != Node::Kind::kNull) line = events.first_line();
        }
    } catch (const YAML::Exception& error) {
        line = line_of(error.mark);
    } catch (const DocumentError& error) {
        line = error.line;
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
        YamlEvents events;
        const bool any = parser.HandleNextDocument(events);
        auto document = any ? events.take() : Document{.nodes = {Node{}}, .root = NodeId{0}};
        if (any) check_rest(parser, lenient, diagnostics);
        return document;
    } catch (const YAML::Exception& error) {
        throw DocumentError{line_of(error.mark), fmt::format("not YAML: {}", error.msg)};
    }
}

}  // namespace auditfwd
