#include "tests/detection/random_rules.h"

#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <optional>
#include <regex>
#include <sstream>

namespace auditfwd {

namespace {

constexpr std::array kScalars{"f.a", "f.b", "f.c", "f.d", "f.e", "f.g", "f.h", "f.i", "f.j", "f.body"};
constexpr std::array kLists{"l.a", "l.body"};

bool is_list(const std::string& field) { return field.starts_with("l."); }

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
    return text;
}

std::string transformed(const std::string& transform, const std::string& text) {
    if (transform == "tolower") return lower(text);
    if (transform == "basename") return text.substr(text.rfind('/') + 1);
    return text;
}

bool path_matches(const std::string& text, const std::string& path) {
    const auto parts = [](const std::string& from) {
        std::vector<std::string> out;
        std::istringstream in{from};
        for (std::string part; std::getline(in, part, '/');) {
            if (!part.empty()) out.push_back(part);
        }
        return out;
    };
    const auto all = parts(text);
    const auto first = parts(path);
    return first.size() <= all.size() && std::equal(first.begin(), first.end(), all.begin());
}

bool compare(const std::string& op, const std::string& text, const std::string& value) {
    if (op == "=" || op == "in" || op == "intersects") return text == value;
    if (op == "!=") return text != value;
    if (op == "<") return text < value;
    if (op == ">=") return text >= value;
    if (op == "contains") return text.find(value) != text.npos;
    if (op == "icontains") return lower(text).find(lower(value)) != text.npos;
    if (op == "startswith") return text.starts_with(value);
    if (op == "endswith") return text.ends_with(value);
    if (op == "glob") return fnmatch(value.c_str(), text.c_str(), 0) == 0;
    if (op == "iglob") return fnmatch(value.c_str(), text.c_str(), FNM_CASEFOLD) == 0;
    if (op == "regex") return std::regex_match(text, std::regex{value});
    return path_matches(text, value);
}

}  // namespace

std::unique_ptr<FakeFieldTable> RandomRules::fields() {
    auto out = std::make_unique<FakeFieldTable>();
    for (const std::string name : kScalars) {
        out->declare(name, FakeFieldTable::Kind::kScalar, FakeFieldTable::Argument::kNone,
                     name == "f.body" ? FieldCost::kBody : FieldCost::kMember);
    }
    for (const std::string name : kLists) {
        out->declare(name, FakeFieldTable::Kind::kList, FakeFieldTable::Argument::kNone, FieldCost::kBody);
    }
    return out;
}

std::string RandomRules::value() {
    static constexpr std::array kValues{"a",    "ab",    "abc", "b",   "B",  "bc", "/a",
                                        "/a/b", "/a/bc", "",    "a b", "12", "7",  "aB"};
    return kValues[below(kValues.size())];
}

RandomRules::Tree RandomRules::check() {
    Tree out;
    if (below(4) == 0) {
        out.field = kLists[below(kLists.size())];
        out.op = std::array{"in", "intersects", "exists"}[below(3)];
    } else {
        out.field = kScalars[below(kScalars.size())];
        out.op = std::array{
            "=",        "=",      "=", "!=", "in",   "in",    "startswith", "startswith", "contains",  "icontains",
            "endswith", "exists", "<", ">=", "glob", "iglob", "regex",      "pmatch",     "intersects"}[below(19)];
    }
    if (below(10) == 0) out.transform = below(2) == 0 ? "tolower" : "basename";
    const bool list = out.op == "in" || out.op == "intersects" || out.op == "pmatch";
    const auto count = list ? below(4) : 1;
    for (std::size_t i = 0; i < count; ++i) out.values.push_back(value());
    if (out.op == "glob" || out.op == "iglob")
        out.values = {std::array{"a*", "*b*", "?b", "[a-b]*", "*", "/a/*c"}[below(6)]};
    if (out.op == "regex") out.values = {std::array{"a.*", "[ab]+", "(/a)?/?b?c?"}[below(3)]};
    if (out.op == "<" || out.op == ">=") out.values = {std::array{"7", "12", "0x1"}[below(3)]};
    if ((out.op == "=" || out.op == "!=" || out.op == "in" || out.op == "startswith") && below(12) == 0) {
        out.right = kScalars[below(kScalars.size())];
    }
    return out;
}

RandomRules::Tree RandomRules::tree(int depth) {
    const auto kind = depth == 0 ? 0 : below(5);
    if (kind < 2) return check();
    Tree out;
    out.kind = kind == 2 ? Tree::Kind::kNot : kind == 3 ? Tree::Kind::kAnd : Tree::Kind::kOr;
    const auto count = kind == 2 ? 1 : 2 + below(3);
    for (std::size_t i = 0; i < count; ++i) out.inner.push_back(tree(depth - 1));
    return out;
}

std::string RandomRules::value_text(const std::string& value) {
    const bool bare = !value.empty() && value.find_first_of(" ()") == value.npos;
    return bare && below(2) == 0 ? value : below(2) == 0 ? '"' + value + '"' : '\'' + value + '\'';
}

std::string RandomRules::list_text(const Tree& check) {
    std::string out;
    for (const auto& value : check.values) {
        if (!out.empty()) out += below(2) == 0 ? "," : ", ";
        // Items of lists that are empty would need quotes within quotes: those are written out.
        if (below(4) == 0 && !value.empty()) {
            const auto name = "list" + std::to_string(names_++);
            definitions_ += "- list: " + name + "\n  items: ['" + value + "']\n";
            out += name;
        } else {
            out += value_text(value);
        }
    }
    return "(" + out + ")";
}

std::string RandomRules::text(const Tree& tree) {
    std::string out;
    if (tree.kind == Tree::Kind::kCheck) {
        out = tree.transform.empty() ? tree.field : tree.transform + "(" + tree.field + ")";
        out += " " + tree.op;
        if (tree.op == "exists") return out;
        if (!tree.right.empty()) return out + " val(" + tree.right + ")";
        const bool list = tree.op == "in" || tree.op == "intersects" || tree.op == "pmatch";
        if (list) return out + " " + list_text(tree);
        const bool number = tree.op == "<" || tree.op == ">=";
        return out + " " + (number ? tree.values.front() : value_text(tree.values.front()));
    }
    if (tree.kind == Tree::Kind::kNot) {
        out = "not (" + text(tree.inner.front()) + ")";
    } else {
        for (const auto& inner : tree.inner) {
            if (!out.empty()) out += tree.kind == Tree::Kind::kAnd ? " and " : " or ";
            out += inner.kind == Tree::Kind::kCheck ? text(inner) : "(" + text(inner) + ")";
        }
    }
    if (below(4) != 0) return out;
    const auto name = "macro" + std::to_string(names_++);
    definitions_ += "- macro: " + name + "\n  condition: >\n    " + out + "\n";
    return name;
}

std::string RandomRules::file(std::size_t rules) {
    std::string out;
    for (std::size_t i = 0; i < rules; ++i) {
        rules_.push_back(tree(static_cast<int>(below(4))));
        out += "- rule: r" + std::to_string(i) + "\n  desc: d\n  condition: >\n    " + text(rules_.back()) +
               "\n  output: o\n  priority: INFO\n  source: k8s_audit\n";
    }
    return definitions_ + out;
}

FakeEvent RandomRules::event() {
    FakeEvent out;
    for (const auto* field : kScalars) {
        if (below(4) != 0) out[field] = {value()};
    }
    for (const auto* field : kLists) {
        for (auto i = below(4); i > 0; --i) out[field].push_back(value());
    }
    return out;
}

bool RandomRules::check_holds(const Tree& check, const FakeEvent& event) {
    const auto found = event.find(check.field);
    if (found == event.end() || found->second.empty()) return false;
    if (check.op == "exists") return true;
    auto values = check.values;
    if (!check.right.empty()) {
        const auto right = event.find(check.right);
        if (right == event.end()) return false;
        values = right->second;
    }
    const auto listed = [&](const std::string& element) {
        return std::ranges::any_of(values, [&](const std::string& value) {
            return compare(check.op, transformed(check.transform, element), value);
        });
    };
    return is_list(check.field) && check.op == "in" ? std::ranges::all_of(found->second, listed)
                                                    : std::ranges::any_of(found->second, listed);
}

bool RandomRules::holds(const Tree& tree, const FakeEvent& event) {
    const auto inner = [&](const Tree& below) { return holds(below, event); };
    switch (tree.kind) {
        case Tree::Kind::kCheck:
            return check_holds(tree, event);
        case Tree::Kind::kNot:
            return !inner(tree.inner.front());
        case Tree::Kind::kAnd:
            return std::ranges::all_of(tree.inner, inner);
        case Tree::Kind::kOr:
            return std::ranges::any_of(tree.inner, inner);
    }
    return false;
}

std::string RandomRules::expected(const FakeEvent& event) const {
    std::string out;
    for (std::size_t i = 0; i < rules_.size(); ++i) {
        if (holds(rules_[i], event)) out += (out.empty() ? "r" : ",r") + std::to_string(i);
    }
    return out;
}

}  // namespace auditfwd
