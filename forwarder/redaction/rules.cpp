#include "forwarder/redaction/rules.h"

#include <algorithm>

#include "forwarder/redaction/options.h"

namespace auditfwd {

namespace {

// Before and behind the colon; of a rule for the event there is nothing before.
std::pair<std::string_view, std::string_view> parts_of(std::string_view rule) {
    if (rule.starts_with('/')) return {{}, rule};
    const auto colon = rule.find(':');
    return {rule.substr(0, colon), colon == rule.npos ? std::string_view{} : rule.substr(colon + 1)};
}

bool is_word(std::string_view text) {
    return text == "*" || (!text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
           }));
}

}  // namespace

std::optional<std::string> complain_of_rule(std::string_view rule) {
    constexpr std::size_t kRuleBytesMax = 1024;
    const auto [what, pointer] = parts_of(rule);
    if (rule.size() > kRuleBytesMax) return "is longer than 1024 characters";
    if ((!rule.starts_with('/') && !is_word(what)) || pointer.size() < 2 || pointer[0] != '/' ||
        pointer.find_first_of("{}") != pointer.npos)
        return "is no rule; write a JSON pointer like /userAgent, or a kind or resource and one, like "
               "Widget:/spec/credentials/*/key";
    for (std::size_t i = 0; i < pointer.size(); ++i) {
        if (pointer[i] == '~' && (i + 1 == pointer.size() || (pointer[i + 1] != '0' && pointer[i + 1] != '1')))
            return "has a ~ that is not ~0 or ~1";
    }
    return std::nullopt;
}

RedactionRules::RedactionRules(const std::vector<std::string>& rules) {
    for (const auto& rule : rules) {
        const auto [what, pointer] = parts_of(rule);
        if (what.empty() && !event_) event_ = tree_.add_root();
        tree_.add(what.empty() ? *event_ : root_of(what), std::string{pointer.substr(1)});
    }
}

PathTree::Node RedactionRules::root_of(std::string_view what) {
    for (const auto& body : bodies_) {
        if (body.what == what) return body.node;
    }
    const auto root = tree_.add_root();
    tree_.join(root, "items/*", root);
    tree_.join(root, "rows/*/object", root);
    bodies_.push_back({std::string{what}, root});
    return root;
}

bool RedactionRules::matches(std::string_view what, std::string_view kind, const BodyContext& context) {
    if (what == "*" || what == context.resource) return true;
    if (kind.starts_with(what) && (kind.size() == what.size() || kind.substr(what.size()) == "List")) return true;
    // Of these it is not known what is in them.
    return kind == "List" || kind == "Table" || context.group == "?";
}

}  // namespace auditfwd
