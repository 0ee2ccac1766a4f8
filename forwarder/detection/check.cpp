#include "forwarder/detection/check.h"

#include <algorithm>

namespace auditfwd::detection {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool contains_ignoring_case(std::string_view text, std::string_view part) {
    const auto same = [](char a, char b) { return lower(a) == lower(b); };
    return part.empty() || std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end();
}

}  // namespace

bool Check::holds(FieldSource& source, CheckScratch& scratch) const {
    if (!scratch.left.read(left, source)) return false;
    if (op == Operator::kExists) return true;
    const auto& values_left = scratch.left.values();
    if (left.numeric) {
        if (!right) return holds_number(scratch.left.number(), numbers);
        if (!scratch.right.read(*right, source)) return false;
        const auto number = scratch.right.number();
        return holds_number(scratch.left.number(), {&number, 1});
    }
    if (takes_list(op)) return holds_list(values_left, source, scratch);
    if (!right) return holds_text(values_left.text(), values.front());
    return scratch.right.read(*right, source) && holds_text(values_left.text(), scratch.right.values().text());
}

bool Check::holds_list(const Values& left_values, FieldSource& source, CheckScratch& scratch) const {
    if (op == Operator::kPmatch) {
        if (!right) return holds_path(left_values.text(), scratch.path);
        return false;
    }
    const auto all = left_values.all();
    if (!right) {
        const auto listed = [this](std::string_view value) { return set.find(value) != set.end(); };
        return op == Operator::kIn ? std::ranges::all_of(all, listed) : std::ranges::any_of(all, listed);
    }
    if (!scratch.right.read(*right, source)) return false;
    const auto others = scratch.right.values().all();
    // Both sides are the event's: sorted, so that their product costs nothing.
    scratch.sorted.assign(others.begin(), others.end());
    std::ranges::sort(scratch.sorted);
    const auto listed = [&](std::string_view value) { return std::ranges::binary_search(scratch.sorted, value); };
    return op == Operator::kIn ? std::ranges::all_of(all, listed) : std::ranges::any_of(all, listed);
}

bool Check::holds_text(std::string_view text, std::string_view value) const {
    switch (op) {
        case Operator::kEqual:
            return text == value;
        case Operator::kLess:
            return text < value;
        case Operator::kLessEqual:
            return text <= value;
        case Operator::kGreater:
            return text > value;
        case Operator::kGreaterEqual:
            return text >= value;
        case Operator::kContains:
            return text.find(value) != text.npos;
        case Operator::kIcontains:
            return contains_ignoring_case(text, value);
        case Operator::kStartsWith:
            return text.starts_with(value);
        case Operator::kEndsWith:
            return text.ends_with(value);
        case Operator::kGlob:
        case Operator::kIglob:
        case Operator::kRegex:
            return pattern && pattern->matches(text);
        default:
            return false;
    }
}

bool Check::holds_number(std::uint64_t left_number, std::span<const std::uint64_t> right_numbers) const {
    const auto first = right_numbers.empty() ? 0 : right_numbers.front();
    switch (op) {
        case Operator::kEqual:
        case Operator::kIn:
        case Operator::kIntersects:
            return std::ranges::find(right_numbers, left_number) != right_numbers.end();
        case Operator::kLess:
            return left_number < first;
        case Operator::kLessEqual:
            return left_number <= first;
        case Operator::kGreater:
            return left_number > first;
        case Operator::kGreaterEqual:
            return left_number >= first;
        default:
            return false;
    }
}

// Whether a listed path is the text's beginning, component by component; empty components do not count.
bool Check::holds_path(std::string_view text, std::string& path) const {
    if (root) return true;
    path.clear();
    while (!text.empty()) {
        const auto slash = text.find('/');
        const auto component = text.substr(0, slash);
        text.remove_prefix(slash == text.npos ? text.size() : slash + 1);
        if (component.empty()) continue;
        path.append("/").append(component);
        if (set.find(path) != set.end()) return true;
    }
    return false;
}

}  // namespace auditfwd::detection
