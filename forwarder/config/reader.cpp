#include "forwarder/config/reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "forwarder/base/assert.h"
#include "forwarder/config/notation.h"

namespace auditfwd {

namespace {

constexpr std::size_t kKeysMax = 256;  // of one mapping

// Where `node` stands; nodes without text of their own (null, alias) have no mark worth showing.
TextPlace place_of(const YAML::Node& node, TextPlace otherwise) {
    const auto mark = node.Mark();
    if (node.IsNull() || mark.is_null() || mark.line < 0 || mark.column < 0) return otherwise;
    return {static_cast<std::size_t>(mark.line) + 1, static_cast<std::size_t>(mark.column) + 1};
}

std::string_view shape_of(const YAML::Node& node) {
    switch (node.Type()) {
        case YAML::NodeType::Map:
            return "a mapping";
        case YAML::NodeType::Sequence:
            return "a list";
        case YAML::NodeType::Scalar:
            return "a single value";
        default:
            return "empty";
    }
}

std::string join_path(std::string_view parent, std::string_view key) {
    return parent.empty() ? std::string{key} : fmt::format("{}.{}", parent, key);
}

// A key as the file has it, which may be anything.
std::string shown_key(std::string_view key) {
    constexpr std::size_t kShownMax = 40;
    const bool plain = !key.empty() && key.size() <= kShownMax && std::ranges::all_of(key, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
    return plain ? std::string{key} : in_quotes(key);
}

bool has_control(std::string_view text) {
    return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

}  // namespace

Reader::Reader(const YAML::Node& root, Findings& findings) : findings_{findings} {
    if (!push_mapping(root, "", {1, 1})) push_mapping(YAML::Node{}, "", {1, 1});
}

void Reader::finish() {
    CHECK(scopes_.size() == 1);
    leave();
}

std::string Reader::path_of(std::string_view key) const { return join_path(scopes_.back().path, key); }

bool Reader::push_mapping(const YAML::Node& node, std::string path, TextPlace place) {
    if (!node.IsMap() && !node.IsNull()) {
        findings_.error_at(place, path, fmt::format("is {}; write a mapping, `key: value`", shape_of(node)));
        return false;
    }
    Scope scope{.path = std::move(path),
                .place = place,
                .entries = {},
                .offered = {},
                .kinds = {},
                .kinds_given = {},
                .items = {}};
    if (node.size() > kKeysMax) {
        findings_.error_at(place, scope.path, fmt::format("has {} keys; no mapping here has as many", node.size()));
    } else if (node.IsMap()) {
        for (const auto& pair : node) add_entry(scope, pair.first, pair.second);
    }
    scopes_.push_back(std::move(scope));
    return true;
}

void Reader::add_entry(Scope& scope, const YAML::Node& key, const YAML::Node& value) {
    const auto place = place_of(key, scope.place);
    if (!key.IsScalar()) {
        findings_.error_at(place, scope.path, fmt::format("has a key that is {}; write a word", shape_of(key)));
        return;
    }
    auto name = key.Scalar();
    const auto before = std::ranges::find(scope.entries, name, &Entry::key);
    if (before != scope.entries.end()) {
        findings_.error_at(place, join_path(scope.path, shown_key(name)),
                           fmt::format("is given twice, first in line {}; remove one", before->place.line));
        return;
    }
    scope.entries.push_back({std::move(name), place, value});
}

Reader::Entry* Reader::take(const About& about) {
    auto& scope = scopes_.back();
    scope.offered.push_back(about.key);
    const auto entry = std::ranges::find(scope.entries, about.key, &Entry::key);
    if (entry == scope.entries.end()) {
        if (about.required) {
            const auto example = about.example.empty() ? std::string{} : fmt::format(", like {}", about.example);
            findings_.error_at(scope.place, path_of(about.key), fmt::format("is missing; give one{}", example));
        }
        return nullptr;
    }
    entry->used = true;
    findings_.locate(path_of(about.key), place_of(entry->value, entry->place));
    return &*entry;
}

std::optional<std::string> Reader::text_of(const YAML::Node& node, const std::string& path, TextPlace place,
                                           std::string_view type) {
    if (node.IsNull()) {
        findings_.error_at(place, path, fmt::format("has no value; give one ({}) or remove the key", type));
        return std::nullopt;
    }
    if (!node.IsScalar()) {
        findings_.error_at(place, path, fmt::format("is {}; write a single value ({})", shape_of(node), type));
        return std::nullopt;
    }
    if (has_control(node.Scalar())) {
        findings_.error_at(place, path,
                           fmt::format("{} holds a control character; remove it", in_quotes(node.Scalar())));
        return std::nullopt;
    }
    return node.Scalar();
}

void Reader::scalar(const About& about, const Scalar& scalar) {
    const auto* entry = take(about);
    if (!entry) return;
    const auto path = path_of(about.key);
    const auto place = place_of(entry->value, entry->place);
    const auto text = text_of(entry->value, path, place, scalar.type);
    if (!text) return;
    if (const auto complaint = scalar.assign(*text)) {
        findings_.error_at(place, path, fmt::format("{} {}", in_quotes(*text), *complaint));
    }
}

void Reader::scalars(const About& about, const Scalars& scalars) {
    constexpr std::size_t kTextsMax = 1024;
    const auto* entry = take(about);
    if (!entry) return;
    const auto path = path_of(about.key);
    const auto place = place_of(entry->value, entry->place);
    if (!entry->value.IsSequence() || entry->value.size() == 0 || entry->value.size() > kTextsMax) {
        findings_.error_at(place, path,
                           entry->value.IsSequence()
                               ? fmt::format("has {} entries; give 1 to {}", entry->value.size(), kTextsMax)
                               : fmt::format("is {}; write a list, [one, another]", shape_of(entry->value)));
        return;
    }
    scalars.clear();
    std::size_t index = 0;
    for (const auto& node : entry->value) {
        const auto item_path = fmt::format("{}[{}]", path, index++);
        const auto item_place = place_of(node, place);
        const auto text = text_of(node, item_path, item_place, scalars.type);
        const auto complaint = text ? scalars.add(*text) : std::nullopt;
        if (complaint) findings_.error_at(item_place, item_path, fmt::format("{} {}", in_quotes(*text), *complaint));
    }
}

OptionVisitor::Visit Reader::enter(const About& about, bool) {
    const auto* entry = take(about);
    if (!entry) return Visit::kSkip;
    const auto place = place_of(entry->value, entry->place);
    if (!about.shorthand.empty() && entry->value.IsScalar()) {
        Scope scope{.path = path_of(about.key),
                    .place = place,
                    .entries = {{std::string{about.shorthand}, place, entry->value}},
                    .offered = {},
                    .kinds = {},
                    .kinds_given = {},
                    .items = {}};
        scopes_.push_back(std::move(scope));
        return Visit::kRead;
    }
    return push_mapping(entry->value, path_of(about.key), place) ? Visit::kRead : Visit::kSkip;
}

OptionVisitor::Visit Reader::enter_kind(const About& about, bool) {
    scopes_.back().kinds.push_back(about.key);
    const auto* entry = take(about);
    if (!entry) return Visit::kSkip;
    scopes_.back().kinds_given.push_back(entry);
    return push_mapping(entry->value, path_of(about.key), place_of(entry->value, entry->place)) ? Visit::kRead
                                                                                                : Visit::kSkip;
}

void Reader::leave() {
    const auto& scope = scopes_.back();
    for (const auto& entry : scope.entries) {
        if (entry.used) continue;
        const auto guess = nearest(entry.key, scope.offered);
        findings_.error_at(entry.place, join_path(scope.path, shown_key(entry.key)),
                           guess ? fmt::format("is unknown; did you mean {}?", *guess)
                           : scope.offered.empty()
                               ? std::string{"is unknown; there are no keys here"}
                               : fmt::format("is unknown; known here: {}", join_words(scope.offered)));
    }
    if (!scope.kinds.empty() && scope.kinds_given.empty()) {
        findings_.error_at(scope.place, scope.path, fmt::format("is of no kind; add {}", join_words(scope.kinds)));
    }
    for (std::size_t i = 1; i < scope.kinds_given.size(); ++i) {
        findings_.error_at(scope.kinds_given[i]->place, scope.path,
                           fmt::format("is {} and {} at once; make it two items", scope.kinds_given[0]->key,
                                       scope.kinds_given[i]->key));
    }
    scopes_.pop_back();
}

OptionVisitor::ListVisit Reader::enter_list(const About& about, std::size_t, std::size_t count_max) {
    const auto* entry = take(about);
    if (!entry) return {Visit::kSkip};
    const auto& node = entry->value;
    const auto place = place_of(node, entry->place);
    const auto path = path_of(about.key);
    if (!node.IsSequence()) {
        findings_.error_at(place, path, fmt::format("is {}; write a list, one `- …` for each", shape_of(node)));
        return {Visit::kSkip};
    }
    if (node.size() == 0 || node.size() > count_max) {
        findings_.error_at(place, path, fmt::format("has {} items; give 1 to {}", node.size(), count_max));
        return {Visit::kSkip};
    }
    Scope scope{
        .path = path, .place = place, .entries = {}, .offered = {}, .kinds = {}, .kinds_given = {}, .items = {}};
    for (const auto& item : node) scope.items.push_back(item);
    scopes_.push_back(std::move(scope));
    return {Visit::kRead, scopes_.back().items.size()};
}

bool Reader::enter_item(std::size_t index) {
    const auto& list = scopes_.back();
    const auto path = fmt::format("{}[{}]", list.path, index);
    const auto item = list.items.at(index);
    const auto place = place_of(item, list.place);
    findings_.locate(path, place);
    return push_mapping(item, path, place);
}

void Reader::leave_list() { scopes_.pop_back(); }

}  // namespace auditfwd
