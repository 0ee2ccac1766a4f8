#include "forwarder/detection/field_matcher.h"

#include <algorithm>

namespace auditfwd::detection {

namespace {

void set(Truth& bits, std::size_t i) { bits[i / 64] |= std::uint64_t{1} << (i % 64); }

}  // namespace

bool FieldMatcher::takes(const Check& check) {
    if (check.right || check.left.numeric || !check.left.transforms.empty()) return false;
    switch (check.op) {
        case Operator::kExists:
        case Operator::kEqual:
        case Operator::kIn:
        case Operator::kIntersects:
        case Operator::kStartsWith:
        case Operator::kEndsWith:
        case Operator::kContains:
        case Operator::kIcontains:
            return true;
        default:
            return false;
    }
}

std::uint32_t FieldMatcher::add(const Check& check) {
    const auto number = static_cast<std::uint32_t>(count_++);
    const auto& first = check.values.empty() ? std::string{} : check.values.front();
    const bool empty = first.empty();
    switch (check.op) {
        case Operator::kEqual:
            index(equal_, first, number);
            break;
        case Operator::kIn:
        case Operator::kIntersects:
            for (const auto& value : check.values) index(equal_, value, number);
            if (check.op == Operator::kIn && is_list_) all_.push_back(number);
            break;
        case Operator::kStartsWith:
            if (empty) present_.push_back(number);
            if (!empty) index_end(prefixes_, first, number);
            break;
        case Operator::kEndsWith:
            if (empty) present_.push_back(number);
            if (!empty) index_end(suffixes_, first, number);
            break;
        case Operator::kContains:
        case Operator::kIcontains:
            if (empty) present_.push_back(number);
            if (!empty) (check.op == Operator::kContains ? parts_ : folded_parts_).add(first, number);
            break;
        default:
            present_.push_back(number);
    }
    return number;
}

void FieldMatcher::index(Index& where, const std::string& literal, std::uint32_t check) {
    auto& first = where.try_emplace(literal, kNone).first->second;
    literals_.push_back({check, first});
    first = static_cast<std::uint32_t>(literals_.size() - 1);
}

void FieldMatcher::index_end(Ends& where, const std::string& literal, std::uint32_t check) {
    index(where.index, literal, check);
    where.lengths.push_back(literal.size());
}

void FieldMatcher::build() {
    for (auto* ends : {&prefixes_, &suffixes_}) {
        std::ranges::sort(ends->lengths);
        ends->lengths.erase(std::unique(ends->lengths.begin(), ends->lengths.end()), ends->lengths.end());
    }
    parts_.build();
    folded_parts_.build();
}

template <class Take>
void FieldMatcher::each(const Index& where, std::string_view literal, Take&& take) const {
    if (where.empty()) return;
    const auto found = where.find(literal);
    if (found == where.end()) return;
    for (auto i = found->second; i != kNone; i = literals_[i].next) take(literals_[i].check);
}

void FieldMatcher::match(const Values& values, Truth& out, std::vector<std::uint32_t>& counts) const {
    out.assign(words(), 0);
    if (!values.present()) return;
    for (const auto check : present_) set(out, check);
    if (!is_list_) return match_text(values.text(), out);
    if (all_.empty()) {
        for (const auto element : values.all()) each(equal_, element, [&](std::uint32_t check) { set(out, check); });
        return;
    }
    // `in`: as many elements are listed as there are.
    counts.assign(count_, 0);
    for (const auto element : values.all()) {
        each(equal_, element, [&](std::uint32_t check) {
            set(out, check);
            ++counts[check];
        });
    }
    for (const auto check : all_) {
        if (counts[check] != values.count) out[check / 64] &= ~(std::uint64_t{1} << (check % 64));
    }
}

void FieldMatcher::match_text(std::string_view text, Truth& out) const {
    const auto take = [&](std::uint32_t check) { set(out, check); };
    each(equal_, text, take);
    for (const auto length : prefixes_.lengths) {
        if (length > text.size()) break;
        each(prefixes_.index, text.substr(0, length), take);
    }
    for (const auto length : suffixes_.lengths) {
        if (length > text.size()) break;
        each(suffixes_.index, text.substr(text.size() - length), take);
    }
    if (!parts_.empty()) parts_.find(text, take);
    if (!folded_parts_.empty()) folded_parts_.find(text, take);
}

}  // namespace auditfwd::detection
