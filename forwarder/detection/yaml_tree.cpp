#include "forwarder/detection/yaml_tree.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>
#include <utility>

namespace auditfwd::detection {

namespace {

constexpr std::string_view kBlanks = " \t\r\n";

struct YamlError {
    Place place;
    std::string text;
};

// Builds the tree. Throwing out of it ends the parse, so that yaml-cpp, which recurses with the nesting, goes no deeper
// than this does.
class Builder final : public YAML::EventHandler {
public:
    Builder(YamlFile& out, std::size_t file) : out_{out}, file_{file} {}

    // Of the document.
    const YAML::Mark& start() const { return start_; }

    void OnDocumentStart(const YAML::Mark& mark) override { start_ = mark; }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        remember(anchor, add(YamlNode::Kind::kNull, mark));
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        // The node itself, not a copy: who walks the tree bounds what it makes of it.
        const auto id = anchors_.at(anchor);
        if (std::ranges::find(open_, id) != open_.end()) {
            throw YamlError{place_of(mark), "an alias of something that contains it"};
        }
        attach(id);
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        const bool plain = tag == "?";
        const bool null = plain && (value.empty() || value == "~" || value == "null" || value == "Null");
        const auto id = add(null ? YamlNode::Kind::kNull : YamlNode::Kind::kScalar, mark);
        out_.nodes[id].text = value;
        out_.nodes[id].plain = plain;
        remember(anchor, id);
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        open(YamlNode::Kind::kSequence, mark, anchor);
    }
    void OnSequenceEnd() override { open_.pop_back(); }
    void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        open(YamlNode::Kind::kMapping, mark, anchor);
    }
    void OnMapEnd() override { open_.pop_back(); }

    Place place_of(const YAML::Mark& mark) const {
        return {file_, mark.line < 0 ? 1 : static_cast<std::size_t>(mark.line) + 1,
                mark.column < 0 ? 1 : static_cast<std::size_t>(mark.column) + 1};
    }

private:
    std::uint32_t add(YamlNode::Kind kind, const YAML::Mark& mark) {
        if (out_.nodes.size() == kYamlNodesMax) throw YamlError{place_of(mark), "the file has too many values"};
        const auto id = static_cast<std::uint32_t>(out_.nodes.size());
        YamlNode node;
        node.kind = kind;
        node.place = place_of(mark);
        node.at = static_cast<std::size_t>(std::max(mark.pos, 0));
        out_.nodes.push_back(std::move(node));
        attach(id);
        return id;
    }

    void attach(std::uint32_t id) {
        if (open_.empty()) {
            if (out_.nodes[id].kind != YamlNode::Kind::kNull) out_.roots.push_back(id);
        } else {
            out_.nodes[open_.back()].children.push_back(id);
        }
    }

    void remember(YAML::anchor_t anchor, std::uint32_t id) {
        if (anchor == YAML::NullAnchor) return;
        if (anchors_.size() <= anchor) anchors_.resize(anchor + 1);
        anchors_[anchor] = id;
    }

    void open(YamlNode::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
        if (open_.size() == kYamlDepthMax) throw YamlError{place_of(mark), "nested more than 32 deep"};
        const auto id = add(kind, mark);
        remember(anchor, id);
        open_.push_back(id);
    }

    YamlFile& out_;
    const std::size_t file_;
    std::vector<std::uint32_t> open_;
    std::vector<std::uint32_t> anchors_;  // by yaml-cpp's number, which counts from 1
    YAML::Mark start_;
};

}  // namespace

const YamlNode* YamlFile::find(const YamlNode& mapping, std::string_view key) const {
    for (std::size_t i = 0; i + 1 < mapping.children.size(); i += 2) {
        if (at(mapping.children[i]).text == key) return &at(mapping.children[i + 1]);
    }
    return nullptr;
}

bool read_yaml(std::string text, std::size_t file, YamlFile& out, Diagnostics& diagnostics) {
    if (text.size() > kRuleFileBytesMax) {
        diagnostics.error({.file = file}, "", "the file has more than 16 MiB; split it");
        return false;
    }
    out.text = std::move(text);
    try {
        std::istringstream stream{out.text};
        YAML::Parser parser{stream};
        Builder builder{out, file};
        // At text it cannot read, yaml-cpp finds documents again and again, and stays where it is.
        for (int last = -1; parser.HandleNextDocument(builder); last = builder.start().pos) {
            if (builder.start().pos != last) continue;
            throw YamlError{builder.place_of(builder.start()), "not YAML: expected the next item, or the end"};
        }
        return true;
    } catch (const YamlError& error) {
        diagnostics.error(error.place, "", error.text);
    } catch (const YAML::Exception& error) {
        diagnostics.error({.file = file,
                           .line = static_cast<std::size_t>(std::max(error.mark.line, 0)) + 1,
                           .column = static_cast<std::size_t>(std::max(error.mark.column, 0)) + 1},
                          "", fmt::format("not YAML: {}", error.msg));
    }
    return false;
}

Place place_in(const YamlFile& file, const YamlNode& scalar, std::size_t offset) {
    const std::string_view text = file.text;
    auto at = scalar.at;
    auto place = scalar.place;
    const auto advance = [&] {
        if (text[at] == '\n') {
            ++place.line;
            place.column = 1;
        } else {
            ++place.column;
        }
        ++at;
    };
    char quote = 0;
    if (at < text.size() && (text[at] == '|' || text[at] == '>') && scalar.plain == false) {
        while (at < text.size() && text[at] != '\n') advance();
    } else if (at < text.size() && (text[at] == '"' || text[at] == '\'')) {
        quote = text[at];
        advance();
    }
    // Characters that are not blank stand in the same order in the file as in the value.
    std::size_t left = 0;
    for (const char c : std::string_view{scalar.text}.substr(0, offset)) left += kBlanks.find(c) == kBlanks.npos;
    for (; at < text.size(); advance()) {
        if (kBlanks.find(text[at]) != kBlanks.npos) continue;
        if (quote == '"' && text[at] == '\\' && at + 1 < text.size()) {
            if (std::string_view{"nrt "}.find(text[at + 1]) != std::string_view::npos) {
                advance();
                continue;
            }
            if (left != 0) advance();
        } else if (quote == '\'' && text.substr(at).starts_with("''") && left != 0) {
            advance();
        }
        if (left == 0) break;
        --left;
    }
    return place;
}

}  // namespace auditfwd::detection
