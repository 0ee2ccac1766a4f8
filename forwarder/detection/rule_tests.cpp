#include "forwarder/detection/rule_tests.h"

#include <algorithm>
#include <array>
#include <utility>

#include "codecs/json_text.h"
#include "codecs/utf8.h"
#include "forwarder/base/limits.h"
#include "forwarder/detection/item_members.h"

namespace auditfwd {

namespace {

using namespace detection;

constexpr std::size_t kEventBytesMax = 4u << 20;
constexpr std::size_t kEventDepthMax = 64;

// JSON's own spelling of a number; anything else is a string.
bool is_number(std::string_view text) {
    const auto digits = [&text] {
        const auto end = std::min(text.find_first_not_of("0123456789"), text.size());
        text.remove_prefix(end);
        return end;
    };
    if (text.starts_with('-')) text.remove_prefix(1);
    const bool zero = text.starts_with('0');
    const auto whole = digits();
    if (whole == 0 || (zero && whole > 1)) return false;
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        if (digits() == 0) return false;
    }
    return text.empty();
}

void append_text(std::string& out, std::string_view text) {
    std::string repaired;
    append_repaired(repaired, text, 3 * text.size());
    append_quoted(out, repaired);
}

void append_scalar(std::string& out, const YamlNode& node) {
    if (node.kind == YamlNode::Kind::kNull) {
        out += "null";
    } else if (node.plain && (node.text == "true" || node.text == "false" || is_number(node.text))) {
        out += node.text;
    } else {
        append_text(out, node.text);
    }
}

// A YAML tree as JSON. False: it has become too large, or, by way of aliases, too deep.
bool append_json(std::string& out, const YamlFile& file, const YamlNode& node, std::size_t depth = 0) {
    if (out.size() > kEventBytesMax || depth > kEventDepthMax) return false;
    if (node.kind == YamlNode::Kind::kNull || node.kind == YamlNode::Kind::kScalar) {
        append_scalar(out, node);
        return true;
    }
    const bool mapping = node.kind == YamlNode::Kind::kMapping;
    out += mapping ? '{' : '[';
    for (std::size_t i = 0; i < node.children.size(); ++i) {
        const auto& child = file.at(node.children[i]);
        if (i != 0) out += mapping && i % 2 == 1 ? ':' : ',';
        if (mapping && i % 2 == 0) {
            append_text(out, child.text);
        } else if (!append_json(out, file, child, depth + 1)) {
            return false;
        }
    }
    out += mapping ? '}' : ']';
    return true;
}

bool append_event(std::string& out, const YamlFile& file, const YamlNode& node) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kFilledIn{{
        {"kind", "Event"},
        {"apiVersion", "audit.k8s.io/v1"},
        {"level", "RequestResponse"},
        {"auditID", "00000000-0000-0000-0000-000000000000"},
        {"stage", "ResponseComplete"},
        {"stageTimestamp", "2026-01-01T00:00:00.000000Z"},
    }};
    if (!append_json(out, file, node)) return false;
    out.pop_back();
    for (const auto& [key, value] : kFilledIn) {
        if (file.find(node, key)) continue;
        if (out.back() != '{') out += ',';
        append_quoted(out, key);
        out += ':';
        append_quoted(out, value);
    }
    out += '}';
    return true;
}

RuleTest read_test(ItemMembers& item) {
    RuleTest out;
    out.line = item.place().line;
    out.name = item.text("test", true);
    item.name("test " + quoted(out.name));
    item.warn_unknown({"test", "event", "detects", "quiet"});
    const auto* event = item.find("event");
    if (!event) {
        item.fail(item.place(), "expected an event");
    } else if (event->kind == YamlNode::Kind::kScalar) {
        out.event = event->text;
    } else if (event->kind != YamlNode::Kind::kMapping) {
        item.fail(event->place, "event: expected a mapping, or JSON as a text");
    } else if (!append_event(out.event, item.file(), *event)) {
        item.fail(event->place, "the event is larger than 4 MiB, or too deep");
    }
    out.detects = item.texts("detects", false);
    const auto* quiet = item.find("quiet");
    if (quiet && quiet->kind == YamlNode::Kind::kScalar && quiet->text == "all") {
        out.quiet_otherwise = true;
    } else {
        out.quiet = item.texts("quiet", false);
    }
    if (!item.has("detects") && !quiet) item.fail(item.place(), "expected detects or quiet");
    out.event.reserve(out.event.size() + limits::kPadding);
    return out;
}

}  // namespace

Result<std::vector<RuleTest>> read_rule_tests(std::string text, const std::string& file) {
    Diagnostics diagnostics;
    const auto index = diagnostics.add_file(file);
    YamlFile tree;
    std::vector<RuleTest> out;
    if (read_yaml(std::move(text), index, tree, diagnostics)) {
        for (const auto root : tree.roots) {
            const auto& document = tree.at(root);
            if (document.kind != YamlNode::Kind::kSequence) {
                diagnostics.error(document.place, "", "expected a list of tests");
                continue;
            }
            for (const auto child : document.children) {
                const auto& node = tree.at(child);
                ItemMembers item{tree, node, "", diagnostics};
                if (node.kind == YamlNode::Kind::kMapping) {
                    out.push_back(read_test(item));
                } else {
                    item.fail(node.place, "expected a test: a mapping with test, event, detects and quiet");
                }
            }
        }
    }
    if (!diagnostics.failed()) return out;
    std::string lines;
    for (const auto& line : diagnostics.errors()) lines += (lines.empty() ? "" : "\n") + line;
    return Error{ErrorCode::kInvalid, std::move(lines)};
}

}  // namespace auditfwd
