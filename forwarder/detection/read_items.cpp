#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <span>

#include "forwarder/detection/exceptions.h"
#include "forwarder/detection/item_members.h"
#include "forwarder/detection/rule_items.h"
#include "forwarder/detection/versions.h"

namespace auditfwd::detection {

namespace {

constexpr std::string_view kNoOverrideAndAppend =
    "override and append: true cannot stand together; write e.g. `override: {condition: append}`";

constexpr std::array<std::string_view, 5> kAppendable{"condition", "output", "desc", "tags", "exceptions"};
constexpr std::array<std::string_view, 11> kReplaceable{"condition", "output",          "desc",
                                                        "tags",      "exceptions",      "priority",
                                                        "enabled",   "warn_evttypes",   "skip-if-unknown-filter",
                                                        "capture",   "capture_duration"};

bool is_identifier(std::string_view name) {
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    const auto other = [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '_'; };
    return !name.empty() && letter(name.front()) && std::ranges::all_of(name, other);
}

std::optional<Priority> priority_of(std::string_view text) {
    std::string lowered{text};
    std::ranges::transform(lowered, lowered.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
    if (lowered == "info") return Priority::kInformational;
    for (auto i = 0; i < static_cast<int>(Priority::kNone); ++i) {
        std::string name{to_string(static_cast<Priority>(i))};
        name.front() = static_cast<char>(name.front() + 32);
        if (lowered == name) return static_cast<Priority>(i);
    }
    return std::nullopt;
}

std::string trimmed(std::string_view text) {
    constexpr std::string_view kBlanks = " \t\n\v\f\r";
    const auto begin = text.find_first_not_of(kBlanks);
    if (begin == text.npos) return {};
    return std::string{text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin)};
}

// Which members an item appends or replaces.
struct Overrides {
    std::set<std::string> append;
    std::set<std::string> replace;
    bool any() const { return !append.empty() || !replace.empty(); }
};

Overrides overrides_of(ItemMembers& item, std::span<const std::string_view> appendable,
                       std::span<const std::string_view> replaceable) {
    Overrides out;
    const auto* node = item.find("override");
    if (!node) return out;
    if (node->kind != YamlNode::Kind::kMapping) {
        item.fail(node->place, "override: expected a mapping of keys to append or replace");
        return out;
    }
    for (std::size_t i = 0; i + 1 < node->children.size(); i += 2) {
        const auto& key = item.file().at(node->children[i]);
        const auto& how = item.file().at(node->children[i + 1]);
        const bool append = how.text == "append";
        if (!append && how.text != "replace") {
            item.fail(how.place, fmt::format("override of {}: expected append or replace", quoted(key.text)));
        } else if (std::ranges::find(append ? appendable : replaceable, key.text) ==
                   (append ? appendable : replaceable).end()) {
            item.fail(key.place, fmt::format("{} cannot be {}", quoted(key.text),
                                             append ? "appended to; use replace" : "replaced"));
        } else {
            (append ? out.append : out.replace).insert(key.text);
        }
    }
    return out;
}

class Reader {
public:
    Reader(const YamlFile& file, bool falco_compat, Items& items, Diagnostics& diagnostics)
        : file_{file}, falco_compat_{falco_compat}, items_{items}, diagnostics_{diagnostics} {}

    void read(const YamlNode& node);

private:
    void list(ItemMembers& item);
    void macro(ItemMembers& item);
    void rule(ItemMembers& item);
    void define_rule(ItemMembers& item, const std::string& name);
    void append_rule(ItemMembers& item, const std::string& name);
    void override_rule(ItemMembers& item, const std::string& name, const Overrides& overrides);
    void append_override(ItemMembers& item, RuleItem& rule, const std::set<std::string>& keys);
    void replace_override(ItemMembers& item, RuleItem& rule, const std::set<std::string>& keys);
    void enable_rule(ItemMembers& item, const std::string& name);
    RuleItem* known_rule(ItemMembers& item, const std::string& name);
    // `append: true`, which Falco deprecates.
    bool appends(ItemMembers& item);
    std::optional<Priority> priority(ItemMembers& item);
    SourceText source_text(ItemMembers& item, std::string_view key);

    template <class T>
    void define(std::vector<T>& all, std::unordered_map<std::string, std::size_t>& by_name, T value);

    const YamlFile& file_;
    const bool falco_compat_;
    Items& items_;
    Diagnostics& diagnostics_;
};

template <class T>
void Reader::define(std::vector<T>& all, std::unordered_map<std::string, std::size_t>& by_name, T value) {
    const auto known = by_name.find(value.name);
    if constexpr (requires { value.visibility; }) {
        value.visibility = items_.count;
        value.index = known == by_name.end() ? items_.count : all[known->second].index;
    }
    if (known != by_name.end()) {
        all[known->second] = std::move(value);
    } else {
        by_name.emplace(value.name, all.size());
        all.push_back(std::move(value));
    }
}

void Reader::read(const YamlNode& node) {
    if (node.kind == YamlNode::Kind::kNull) return;
    ItemMembers item{file_, node, "", diagnostics_};
    if (node.kind != YamlNode::Kind::kMapping) return item.fail(node.place, "expected a list, macro or rule");
    if (++items_.count > kItemsMax) {
        if (items_.count == kItemsMax + 1) item.fail(node.place, "more than 200,000 lists, macros and rules");
        return;
    }
    if (item.has("required_engine_version")) return check_engine_version(item);
    if (item.has("required_plugin_versions")) return check_plugin_versions(item);
    if (item.has("list")) return list(item);
    if (item.has("macro")) return macro(item);
    if (item.has("rule")) return rule(item);
    item.warn(node.place, "neither a list, a macro, a rule nor a required version; ignored");
}

bool Reader::appends(ItemMembers& item) {
    const bool out = item.boolean("append", false);
    if (out) item.warn(item.find("append")->place, "append: true is deprecated; use override");
    return out;
}

SourceText Reader::source_text(ItemMembers& item, std::string_view key) {
    SourceText out;
    if (const auto* node = item.scalar(key, true)) out.append(file_, *node);
    return out;
}

void Reader::list(ItemMembers& item) {
    constexpr std::array<std::string_view, 1> kKeys{"items"};
    ListItem out;
    out.name = item.text("list", true);
    item.name(subject_of("list", out.name));
    item.warn_unknown({"list", "items", "append", "override"});
    if (!item.failed() && out.name.find_first_of("()\"' \t\n\v\f\r=,") != out.name.npos) {
        item.fail(item.find("list")->place, "the name of a list has no blanks, quotes, parentheses, commas or `=`");
    }
    out.items = item.texts("items", true);
    out.place = item.place();
    auto append = appends(item);
    const auto overrides = overrides_of(item, kKeys, kKeys);
    if (append && overrides.any()) item.fail(item.place(), kNoOverrideAndAppend);
    append |= !overrides.append.empty();
    if (item.failed()) return;
    if (!append) return define(items_.lists, items_.list_by_name, std::move(out));
    const auto known = items_.list_by_name.find(out.name);
    if (known == items_.list_by_name.end())
        return item.fail(item.place(), "there is no list of this name to append to");
    auto& list = items_.lists[known->second];
    list.items.insert(list.items.end(), out.items.begin(), out.items.end());
    list.visibility = items_.count;
}

void Reader::macro(ItemMembers& item) {
    constexpr std::array<std::string_view, 1> kKeys{"condition"};
    MacroItem out;
    out.name = item.text("macro", true);
    item.name(subject_of("macro", out.name));
    item.warn_unknown({"macro", "condition", "append", "override"});
    if (!item.failed() && !is_identifier(out.name)) {
        item.fail(item.find("macro")->place, "the name of a macro is a letter, then letters, digits and underscores");
    }
    out.condition = source_text(item, "condition");
    out.place = item.place();
    out.falco_compat = falco_compat_;
    auto append = appends(item);
    const auto overrides = overrides_of(item, kKeys, kKeys);
    if (append && overrides.any()) item.fail(item.place(), kNoOverrideAndAppend);
    append |= !overrides.append.empty();
    if (item.failed()) return;
    if (!append) return define(items_.macros, items_.macro_by_name, std::move(out));
    const auto known = items_.macro_by_name.find(out.name);
    if (known == items_.macro_by_name.end()) {
        return item.fail(item.place(), "there is no macro of this name to append to");
    }
    auto& macro = items_.macros[known->second];
    macro.condition.append(" ", out.place);
    macro.condition.append(out.condition);
    macro.visibility = items_.count;
}

void Reader::rule(ItemMembers& item) {
    const auto name = item.text("rule", true);
    item.name(subject_of("rule", name));
    item.warn_unknown({"rule", "desc", "condition", "output", "priority", "source", "enabled", "tags", "exceptions",
                       "append", "override", "warn_evttypes", "skip-if-unknown-filter", "capture", "capture_duration"});
    const auto append = appends(item);
    const auto overrides = overrides_of(item, kAppendable, kReplaceable);
    if (append && overrides.any()) item.fail(item.place(), kNoOverrideAndAppend);
    if (item.failed()) return;
    if (overrides.any()) return override_rule(item, name, overrides);
    if (append) return append_rule(item, name);
    const bool whole = item.has("condition") || item.has("output") || item.has("desc") || item.has("priority");
    whole ? define_rule(item, name) : enable_rule(item, name);
}

std::optional<Priority> Reader::priority(ItemMembers& item) {
    const auto* node = item.scalar("priority", true);
    if (!node) return std::nullopt;
    const auto out = priority_of(node->text);
    if (!out) {
        item.fail(node->place,
                  "expected a priority: emergency, alert, critical, error, warning, notice, "
                  "informational or debug");
    }
    return out;
}

void Reader::define_rule(ItemMembers& item, const std::string& name) {
    RuleItem out;
    out.name = name;
    out.place = item.place();
    out.falco_compat = falco_compat_;
    out.condition = source_text(item, "condition");
    out.output = source_text(item, "output");
    out.description = trimmed(item.text("desc", true));
    out.priority = priority(item).value_or(Priority::kDebug);
    out.source_given = item.has("source");
    out.source = out.source_given ? trimmed(item.text("source", false)) : falco_compat_ ? "syscall" : "k8s_audit";
    out.enabled = item.boolean("enabled", true);
    out.skip_if_unknown = item.boolean("skip-if-unknown-filter", false);
    const auto tags = item.texts("tags", false);
    out.tags.insert(tags.begin(), tags.end());
    out.exceptions = read_exceptions(item, false);
    for (auto& exception : out.exceptions) {
        if (!item.failed()) complete_exception(exception, item);
    }
    if (item.failed()) return;
    const auto known = items_.rule_by_name.find(name);
    if (known == items_.rule_by_name.end()) {
        if (items_.rules.size() == kRulesMax) return item.fail(item.place(), "more than 50,000 rules");
    } else if (items_.rules[known->second].source != out.source) {
        return item.fail(item.place(), "the rule is defined again with another source");
    }
    define(items_.rules, items_.rule_by_name, std::move(out));
}

RuleItem* Reader::known_rule(ItemMembers& item, const std::string& name) {
    const auto known = items_.rule_by_name.find(name);
    if (known != items_.rule_by_name.end()) return &items_.rules[known->second];
    item.fail(item.place(), "there is no rule of this name yet that could be changed");
    return nullptr;
}

void Reader::enable_rule(ItemMembers& item, const std::string& name) {
    if (!item.has("enabled")) {
        return item.fail(item.place(), "expected condition, output, desc and priority, or enabled alone");
    }
    const bool enabled = item.boolean("enabled", true);
    auto* rule = known_rule(item, name);
    if (!rule || item.failed()) return;
    item.warn(item.find("enabled")->place, "enabled alone is deprecated; use `override: {enabled: replace}`");
    rule->enabled = enabled;
}

void Reader::append_rule(ItemMembers& item, const std::string& name) {
    std::set<std::string> keys;
    for (const std::string key : {"condition", "exceptions"}) {
        if (item.has(key)) keys.insert(key);
    }
    auto* rule = known_rule(item, name);
    if (!rule) return;
    if (keys.empty()) return item.fail(item.place(), "append needs a condition or exceptions");
    append_override(item, *rule, keys);
}

void Reader::override_rule(ItemMembers& item, const std::string& name, const Overrides& overrides) {
    auto* rule = known_rule(item, name);
    if (!rule) return;
    for (const auto* keys : {&overrides.append, &overrides.replace}) {
        for (const auto& key : *keys) {
            if (!item.has(key)) item.fail(item.place(), fmt::format("override names {}, and there is none", key));
        }
    }
    for (const auto key : kReplaceable) {
        if (item.has(key) && !overrides.append.contains(std::string{key}) &&
            !overrides.replace.contains(std::string{key})) {
            item.fail(item.find(key)->place, fmt::format("{} is not named under override", key));
        }
    }
    if (item.failed()) return;
    auto changed = *rule;
    append_override(item, changed, overrides.append);
    replace_override(item, changed, overrides.replace);
    if (!item.failed()) *rule = std::move(changed);
}

void Reader::append_override(ItemMembers& item, RuleItem& rule, const std::set<std::string>& keys) {
    if (keys.contains("condition")) {
        const auto text = source_text(item, "condition");
        rule.condition.append(" ", item.place());
        rule.condition.append(text);
    }
    if (keys.contains("output")) {
        const auto text = source_text(item, "output");
        rule.output.append(" ", item.place());
        rule.output.append(text);
    }
    if (keys.contains("desc")) rule.description += " " + trimmed(item.text("desc", true));
    if (keys.contains("tags")) {
        const auto tags = item.texts("tags", true);
        rule.tags.insert(tags.begin(), tags.end());
    }
    if (keys.contains("exceptions")) {
        auto exceptions = read_exceptions(item, true);
        if (!item.failed()) append_exceptions(rule.exceptions, std::move(exceptions), item);
    }
}

void Reader::replace_override(ItemMembers& item, RuleItem& rule, const std::set<std::string>& keys) {
    if (keys.contains("condition")) rule.condition = source_text(item, "condition");
    if (keys.contains("output")) rule.output = source_text(item, "output");
    if (keys.contains("desc")) rule.description = trimmed(item.text("desc", true));
    if (keys.contains("tags")) {
        const auto tags = item.texts("tags", true);
        rule.tags = {tags.begin(), tags.end()};
    }
    if (keys.contains("exceptions")) {
        rule.exceptions = read_exceptions(item, true);
        for (auto& exception : rule.exceptions) {
            if (!item.failed()) complete_exception(exception, item);
        }
    }
    if (keys.contains("priority")) rule.priority = priority(item).value_or(rule.priority);
    if (keys.contains("enabled")) rule.enabled = item.boolean("enabled", rule.enabled);
    if (keys.contains("skip-if-unknown-filter")) {
        rule.skip_if_unknown = item.boolean("skip-if-unknown-filter", rule.skip_if_unknown);
    }
}

}  // namespace

std::string subject_of(std::string_view kind, std::string_view name) {
    return fmt::format("{} {}", kind, quoted(name));
}

void read_items(const YamlFile& file, bool falco_compat, Items& items, Diagnostics& diagnostics) {
    Reader reader{file, falco_compat, items, diagnostics};
    for (const auto root : file.roots) {
        const auto& document = file.at(root);
        if (document.kind != YamlNode::Kind::kSequence) {
            diagnostics.error(document.place, "", "expected a list of rules, macros and lists");
            continue;
        }
        for (const auto child : document.children) reader.read(file.at(child));
    }
}

}  // namespace auditfwd::detection
