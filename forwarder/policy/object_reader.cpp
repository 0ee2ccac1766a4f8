#include "forwarder/policy/object_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

namespace auditfwd {

namespace {

std::string described(const Node& node) {
    switch (node.kind) {
        case Node::Kind::kNull:
            return "nothing";
        case Node::Kind::kBool:
            return fmt::format("the boolean {}", node.text);
        case Node::Kind::kNumber:
            return fmt::format("the number {}", quoted(node.text));
        case Node::Kind::kString:
            return fmt::format("the string {}", quoted(node.text));
        case Node::Kind::kSequence:
            return "a list";
        case Node::Kind::kMapping:
            return "a mapping";
    }
    return "something else";
}

bool is_word(std::string_view text) {
    return !text.empty() && text.size() <= 60 && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    });
}

bool equal_but_for_case(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

std::string joined(std::span<const ObjectField> fields) {
    std::string out;
    for (const auto& field : fields) {
        if (!out.empty()) out += ", ";
        out += field.name;
    }
    return out;
}

}  // namespace

Value ObjectReader::root() const {
    const auto& node = document_.at(document_.root);
    return {node, std::max<std::size_t>(node.line, 1), {}};
}

ObjectReader::Member ObjectReader::member(const Value& object, std::size_t index) const {
    const auto& key = document_.at(object.node.children[index]);
    const auto& node = document_.at(object.node.children[index + 1]);
    const auto name = is_word(key.text) ? key.text : quoted(key.text);
    // A null may have its mark behind the line it stands in.
    const auto line = node.kind == Node::Kind::kNull ? key.line : node.line;
    return {key, {node, line, object.path.empty() ? name : fmt::format("{}.{}", object.path, name)}};
}

void ObjectReader::report(std::size_t line, std::string_view path, std::string_view text) {
    if (lenient_) {
        diagnostics_.warning(line, path, text);
    } else {
        diagnostics_.error(line, path, text);
    }
}

void ObjectReader::wrong_type(const Value& value, std::string_view wanted, std::string_view remedy) {
    error(value, fmt::format("expected {}, found {}{}", wanted, described(value.node), remedy));
}

// Those with a string for a key. Of several with the same key, all but the last are superseded.
std::vector<ObjectReader::Member> ObjectReader::members(const Value& object) {
    std::vector<Member> out;
    std::unordered_map<std::string_view, std::size_t> last;
    for (std::size_t i = 0; i + 1 < object.node.children.size(); i += 2) {
        auto next = member(object, i);
        const auto kind = next.key.kind;
        if (kind == Node::Kind::kSequence || kind == Node::Kind::kMapping || kind == Node::Kind::kNull) {
            diagnostics_.error(next.key.line, object.path,
                               fmt::format("a key is {}; write a word", described(next.key)));
            continue;
        }
        // Any other scalar is a key that nobody knows, whatever its text.
        if (kind == Node::Kind::kString) {
            const auto [seen, first] = last.emplace(next.key.text, out.size());
            if (!first) {
                auto& before = out[seen->second];
                before.superseded = true;
                report(next.key.line, next.value.path,
                       fmt::format("given twice, first in line {}; remove one", before.key.line));
                seen->second = out.size();
            }
        }
        out.push_back(std::move(next));
    }
    return out;
}

void ObjectReader::report_unknown(const Member& member, std::span<const ObjectField> fields) {
    const auto meant = std::ranges::find_if(
        fields, [&](const ObjectField& field) { return equal_but_for_case(field.name, member.key.text); });
    report(member.key.line, member.value.path,
           meant != fields.end() && member.key.kind == Node::Kind::kString
               ? fmt::format("unknown field; write {}", meant->name)
               : fmt::format("unknown field; here there are {}", joined(fields)));
}

bool ObjectReader::object(const Value& value, std::span<const ObjectField> fields) {
    if (value.absent()) return true;
    if (value.node.kind != Node::Kind::kMapping) {
        wrong_type(value, "a mapping", "; write `key: value` lines");
        return false;
    }
    for (const auto& member : members(value)) {
        if (member.superseded) continue;
        const auto field = std::ranges::find(fields, member.key.text, &ObjectField::name);
        if (field == fields.end() || member.key.kind != Node::Kind::kString) {
            report_unknown(member, fields);
        } else {
            field->read(member.value);
        }
    }
    return true;
}

bool ObjectReader::list(const Value& value, std::string_view of, const std::function<void(const Value&)>& item) {
    if (value.absent()) return true;
    if (value.node.kind != Node::Kind::kSequence) {
        const bool scalar = value.node.kind != Node::Kind::kMapping;
        wrong_type(value, fmt::format("a list of {}", of),
                   scalar ? "; write it between [ and ]" : "; write `- ` before each");
        return false;
    }
    for (std::size_t i = 0; i < value.node.children.size(); ++i) {
        const auto& node = document_.at(value.node.children[i]);
        item({node, node.line, fmt::format("{}[{}]", value.path, i)});
    }
    return true;
}

std::optional<std::string> ObjectReader::string(const Value& value) {
    if (value.absent()) return std::string{};
    if (value.node.kind == Node::Kind::kString) return value.node.text;
    const bool scalar = value.node.kind == Node::Kind::kBool || value.node.kind == Node::Kind::kNumber;
    wrong_type(value, "a string", scalar ? "; put it in quotes" : "");
    return std::nullopt;
}

std::optional<bool> ObjectReader::boolean(const Value& value) {
    if (value.absent()) return std::nullopt;
    if (value.node.kind == Node::Kind::kBool) return value.node.boolean;
    wrong_type(value, "a boolean", "; write true or false, without quotes");
    return std::nullopt;
}

std::vector<std::string> ObjectReader::strings(const Value& value, const CheckString& check) {
    std::vector<std::string> out;
    list(value, "strings", [&](const Value& item) {
        auto text = string(item);
        if (!text) return;
        if (check) check(item, *text);
        out.push_back(std::move(*text));
    });
    return out;
}

void ObjectReader::string_map(const Value& value) {
    if (value.absent()) return;
    if (value.node.kind != Node::Kind::kMapping) return wrong_type(value, "a mapping", "");
    for (const auto& member : members(value)) string(member.value);
}

}  // namespace auditfwd
