#include "forwarder/detection/plan.h"

#include <algorithm>
#include <bit>
#include <map>
#include <utility>

namespace auditfwd::detection {

namespace {

// What a node can still turn out to be.
constexpr std::uint8_t kCanBeFalse = 1;
constexpr std::uint8_t kCanBeTrue = 2;
constexpr std::uint8_t kOpen = kCanBeFalse | kCanBeTrue;

// A field decides for many rules if it excludes one of so many.
constexpr std::size_t kManyRules = 8;

std::size_t ones(const std::vector<std::uint64_t>& bits) {
    std::size_t out = 0;
    for (const auto word : bits) out += static_cast<std::size_t>(std::popcount(word));
    return out;
}

}  // namespace

// A field with simple checks.
struct Plan::Candidate {
    FieldId field{};
    bool is_list = false;
    FieldCost cost = FieldCost::kMember;
    std::vector<std::uint32_t> checks;
    std::vector<std::uint64_t> if_none;  // rules that can match when none of its checks holds
    std::vector<std::uint64_t> if_all;   // or when all do
};

Plan::Plan(Formulas formulas, const FieldTable& fields, std::vector<NodeId> roots)
    : formulas_{std::move(formulas)}, roots_{std::move(roots)}, homes_(formulas_.checks().size()) {
    formulas_.order(fields);
    choose_dimensions(fields);
    for (auto& matcher : matchers_) matcher.build();
}

void Plan::choose_dimensions(const FieldTable& fields) {
    std::map<FieldId, Candidate> by_field;
    for (std::uint32_t i = 0; i < formulas_.checks().size(); ++i) {
        const auto& check = formulas_.checks()[i];
        if (!FieldMatcher::takes(check)) continue;
        auto& candidate = by_field[check.left.field];
        candidate.field = check.left.field;
        candidate.is_list = check.left.is_list;
        candidate.cost = fields.info(candidate.field).cost;
        candidate.checks.push_back(i);
    }
    std::vector<Candidate*> known, others;
    std::vector<std::uint8_t> checks(formulas_.checks().size(), kOpen);
    std::vector<std::uint8_t> nodes;
    for (auto& [field, candidate] : by_field) {
        if (candidate.is_list || candidate.cost == FieldCost::kBody) continue;
        for (const auto i : candidate.checks) checks[i] = kCanBeFalse;
        mark_possible(checks, candidate.if_none, nodes);
        for (const auto i : candidate.checks) checks[i] = kCanBeTrue;
        mark_possible(checks, candidate.if_all, nodes);
        for (const auto i : candidate.checks) checks[i] = kOpen;
        (candidate.cost == FieldCost::kMember ? others : known).push_back(&candidate);
    }
    // What decoding found already is asked first, if it decides for many rules.
    std::ranges::stable_sort(known, {}, [](const Candidate* candidate) { return ones(candidate->if_none); });
    for (auto* candidate : known) {
        const auto left = ones(candidate->if_none) + ones(candidate->if_all);
        if (2 * roots_.size() - left >= roots_.size() / kManyRules) add_dimension(*candidate);
    }
    others.insert(others.end(), known.begin(), known.end());
    // Of the others as few as exclude what any of them can exclude: first of events that a check does not hold of,
    // then, for rules that ask for `not`, of those that it does.
    std::vector<std::uint64_t> left(words(), ~std::uint64_t{0});
    cover(others, &Candidate::if_none, left);
    cover(others, &Candidate::if_all, left);
    for (auto& [field, candidate] : by_field) {
        if (candidate.checks.size() >= kMatcherChecksMin) add_matcher(candidate);
    }
}

// Adds the candidate that leaves the fewest of `left`, then the one that leaves the fewest of those, …
void Plan::cover(const std::vector<Candidate*>& candidates, std::vector<std::uint64_t> Candidate::*possible,
                 std::vector<std::uint64_t>& left) {
    // Those that are there already are asked anyway.
    for (const auto* candidate : candidates) {
        if (!candidate->checks.empty()) continue;
        for (std::size_t w = 0; w < words(); ++w) left[w] &= (candidate->*possible)[w];
    }
    for (;;) {
        Candidate* best = nullptr;
        auto fewest = ones(left);
        for (auto* candidate : candidates) {
            if (candidate->checks.empty()) continue;
            std::size_t rest = 0;
            for (std::size_t w = 0; w < words(); ++w) {
                rest += static_cast<std::size_t>(std::popcount(left[w] & (candidate->*possible)[w]));
            }
            if (rest >= fewest) continue;
            best = candidate;
            fewest = rest;
        }
        if (!best || dimensions_ == kDimensionsMax) return;
        for (std::size_t w = 0; w < words(); ++w) left[w] &= (best->*possible)[w];
        add_dimension(*best);
    }
}

void Plan::add_dimension(Candidate& candidate) {
    if (dimensions_ == kDimensionsMax) return;
    add_matcher(candidate);
    candidate.checks.clear();
    ++dimensions_;
}

void Plan::add_matcher(const Candidate& candidate) {
    auto& matcher = matchers_.emplace_back(candidate.field, candidate.is_list);
    recurs_.push_back(!candidate.is_list && candidate.cost != FieldCost::kBody && recurs_.size() < kRememberedMax);
    for (const auto i : candidate.checks) {
        homes_[i] = {static_cast<std::uint32_t>(matchers_.size() - 1), matcher.add(formulas_.checks()[i])};
    }
}

void Plan::possible(std::size_t dimension, const Truth& truth, std::vector<std::uint64_t>& rules,
                    std::vector<std::uint8_t>& scratch) const {
    std::vector<std::uint8_t> checks(formulas_.checks().size(), kOpen);
    for (std::size_t i = 0; i < checks.size(); ++i) {
        if (homes_[i].matcher != dimension) continue;
        checks[i] = truth_of(truth.data(), homes_[i].number) ? kCanBeTrue : kCanBeFalse;
    }
    mark_possible(checks, rules, scratch);
}

// Operands come before what they make up: one pass.
void Plan::mark_possible(std::span<const std::uint8_t> checks, std::vector<std::uint64_t>& rules,
                         std::vector<std::uint8_t>& nodes) const {
    nodes.resize(formulas_.size());
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const auto& node = formulas_.at(static_cast<NodeId>(i));
        switch (node.kind) {
            case Node::Kind::kFalse:
                nodes[i] = kCanBeFalse;
                break;
            case Node::Kind::kTrue:
                nodes[i] = kCanBeTrue;
                break;
            case Node::Kind::kCheck:
                nodes[i] = checks[node.first];
                break;
            case Node::Kind::kNot: {
                const auto inner = nodes[index_of(formulas_.operands(node).front())];
                nodes[i] = static_cast<std::uint8_t>((inner >> 1 & 1) | (inner << 1 & 2));
                break;
            }
            case Node::Kind::kAnd:
            case Node::Kind::kOr: {
                std::uint8_t all = kOpen;
                std::uint8_t any = 0;
                for (const auto id : formulas_.operands(node)) {
                    all &= nodes[index_of(id)];
                    any |= nodes[index_of(id)];
                }
                nodes[i] = node.kind == Node::Kind::kAnd
                               ? static_cast<std::uint8_t>((all & kCanBeTrue) | (any & kCanBeFalse))
                               : static_cast<std::uint8_t>((any & kCanBeTrue) | (all & kCanBeFalse));
                break;
            }
        }
    }
    rules.assign(words(), 0);
    for (std::size_t i = 0; i < roots_.size(); ++i) {
        if (nodes[index_of(roots_[i])] & kCanBeTrue) rules[i / 64] |= std::uint64_t{1} << (i % 64);
    }
}

}  // namespace auditfwd::detection
