#include "forwarder/detection/item_members.h"

#include <fmt/format.h>

#include <algorithm>

namespace auditfwd::detection {

namespace {

// What yaml-cpp takes for a boolean, and so Falco.
std::optional<bool> boolean_of(std::string_view text) {
    std::string lowered{text};
    std::ranges::transform(lowered, lowered.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
    if (lowered == "true" || lowered == "yes" || lowered == "on" || lowered == "y") return true;
    if (lowered == "false" || lowered == "no" || lowered == "off" || lowered == "n") return false;
    return std::nullopt;
}

}  // namespace

const YamlNode* ItemMembers::scalar(std::string_view key, bool required) {
    const auto* node = find(key);
    if (!node) {
        if (required) fail(mapping_.place, fmt::format("expected a key {}", key));
        return nullptr;
    }
    if (node->kind == YamlNode::Kind::kNull || (node->kind == YamlNode::Kind::kScalar && node->text.empty())) {
        fail(node->place, fmt::format("{} is empty; expected a text", key));
        return nullptr;
    }
    if (node->kind != YamlNode::Kind::kScalar) {
        fail(node->place, fmt::format("{}: expected a text, not a list or mapping", key));
        return nullptr;
    }
    return node;
}

std::string ItemMembers::text(std::string_view key, bool required) {
    const auto* node = scalar(key, required);
    return node ? node->text : std::string{};
}

bool ItemMembers::boolean(std::string_view key, bool otherwise) {
    const auto* node = scalar(key, false);
    if (!node) return otherwise;
    const auto value = boolean_of(node->text);
    if (!value) fail(node->place, fmt::format("{}: expected true or false, not {}", key, quoted(node->text)));
    return value.value_or(otherwise);
}

std::vector<std::string> ItemMembers::texts(std::string_view key, bool required) {
    std::vector<std::string> out;
    const auto* node = find(key);
    if (!node) {
        if (required) fail(mapping_.place, fmt::format("expected a key {} with a list", key));
        return out;
    }
    if (node->kind != YamlNode::Kind::kSequence) {
        fail(node->place, fmt::format("{}: expected a list", key));
        return out;
    }
    for (const auto child : node->children) {
        const auto& item = file_.at(child);
        if (item.kind == YamlNode::Kind::kScalar) {
            out.push_back(item.text);
        } else if (item.kind == YamlNode::Kind::kNull && !item.text.empty()) {
            out.push_back(item.text);  // `null` and `~` are words here
        } else {
            fail(item.place, fmt::format("{}: expected a text", key));
        }
    }
    return out;
}

void ItemMembers::warn_unknown(std::initializer_list<std::string_view> known) {
    for (std::size_t i = 0; i < mapping_.children.size(); i += 2) {
        const auto& key = file_.at(mapping_.children[i]);
        if (std::ranges::find(known, key.text) == known.end()) {
            warn(key.place, fmt::format("unknown key {}, ignored", quoted(key.text)));
        }
    }
}

}  // namespace auditfwd::detection
