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

}  // namespace

void RuleBits::fill() {
    std::ranges::fill(bits_, ~std::uint64_t{0});
    if (words_ % 64 != 0) bits_[summaries_ - 1] = (std::uint64_t{1} << (words_ % 64)) - 1;
}

bool RuleBits::keep(const RuleBits& other) {
    std::uint64_t any = 0;
    auto* const here = bits_.data();
    const auto* const there = other.bits_.data();
    for (std::size_t i = 0; i < summaries_; ++i) {
        const auto left = here[i] & there[i];
        for (auto gone = here[i] ^ left; gone != 0; gone &= gone - 1) here[summaries_ + i * 64 + first_of(gone)] = 0;
        auto live = left;
        for (auto rest = left; rest != 0; rest &= rest - 1) {
            const auto w = summaries_ + i * 64 + first_of(rest);
            here[w] &= there[w];
            if (here[w] == 0) live ^= rest & (~rest + 1);
        }
        here[i] = live;
        any |= live;
    }
    return any != 0;
}

std::size_t RuleBits::count() const {
    std::size_t out = 0;
    for (std::size_t i = summaries_; i < bits_.size(); ++i) out += static_cast<std::size_t>(std::popcount(bits_[i]));
    return out;
}

// A field with simple checks.
struct Plan::Candidate {
    FieldId field{};
    bool is_list = false;
    FieldCost cost = FieldCost::kMember;
    std::vector<std::uint32_t> checks;
    RuleBits if_none;  // rules that can match when none of its checks holds
    RuleBits if_all;   // or when all do
};

Plan::Plan(Formulas formulas, const FieldTable& fields, std::vector<NodeId> roots)
    : formulas_{std::move(formulas)}, roots_{std::move(roots)}, homes_(formulas_.checks().size()) {
    formulas_.order(fields);
    choose_dimensions(fields);
    find_parts(fields);
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
        candidate.if_none = possible(checks, nodes);
        for (const auto i : candidate.checks) checks[i] = kCanBeTrue;
        candidate.if_all = possible(checks, nodes);
        for (const auto i : candidate.checks) checks[i] = kOpen;
        (candidate.cost == FieldCost::kMember ? others : known).push_back(&candidate);
    }
    // What decoding found already is asked first: as few fields as exclude what any of them can exclude when nothing
    // holds of them, as of most events; then those that decide for many rules.
    std::ranges::stable_sort(known, {}, [](const Candidate* candidate) { return candidate->if_none.count(); });
    auto left = no_rules();
    left.fill();
    cover(known, &Candidate::if_none, left);
    for (auto* candidate : known) {
        if (candidate->checks.empty()) continue;
        const auto possible = candidate->if_none.count() + candidate->if_all.count();
        if (2 * roots_.size() - possible >= roots_.size() / kManyRules) add_dimension(*candidate);
    }
    // Of the others, too, as few as needed: first of events that a check does not hold of, then, for rules that ask for
    // `not`, of those that it does.
    others.insert(others.end(), known.begin(), known.end());
    left.fill();
    cover(others, &Candidate::if_none, left);
    cover(others, &Candidate::if_all, left);
    for (auto& [field, candidate] : by_field) {
        if (candidate.checks.size() >= kMatcherChecksMin) add_matcher(candidate);
    }
}

// Adds the candidate that leaves the fewest of `left`, then the one that leaves the fewest of those, …
void Plan::cover(const std::vector<Candidate*>& candidates, RuleBits Candidate::*possible, RuleBits& left) {
    // Those that are there already are asked anyway.
    for (const auto* candidate : candidates) {
        if (candidate->checks.empty()) left.keep(candidate->*possible);
    }
    while (dimensions_ < kDimensionsMax) {
        Candidate* best = nullptr;
        auto fewest = left.count();
        for (auto* candidate : candidates) {
            if (candidate->checks.empty()) continue;
            auto rest = left;
            rest.keep(candidate->*possible);
            if (rest.count() >= fewest) continue;
            best = candidate;
            fewest = rest.count();
        }
        if (!best) return;
        left.keep(best->*possible);
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

void Plan::find_parts(const FieldTable& fields) {
    std::vector<std::uint8_t> checks, nodes;
    for (std::uint8_t part = 0; part < FieldInfo::kPartsMax; ++part) {
        checks.assign(formulas_.checks().size(), kOpen);
        bool asked = false;
        for (std::size_t i = 0; i < checks.size(); ++i) {
            const auto& check = formulas_.checks()[i];
            const bool within = fields.info(check.left.field).part == part ||
                                (check.right && fields.info(check.right->field).part == part);
            if (within) checks[i] = kCanBeFalse;
            asked |= within;
        }
        if (!asked) continue;
        auto rules = possible(checks, nodes);
        if (rules.count() < roots_.size()) parts_.push_back({.bit = 1u << part, .rules = std::move(rules)});
    }
}

RuleBits Plan::possible(std::size_t dimension, const Truth& truth, std::vector<std::uint8_t>& scratch) const {
    std::vector<std::uint8_t> checks(formulas_.checks().size(), kOpen);
    for (std::size_t i = 0; i < checks.size(); ++i) {
        if (homes_[i].matcher != dimension) continue;
        checks[i] = truth_of(truth.data(), homes_[i].number) ? kCanBeTrue : kCanBeFalse;
    }
    return possible(checks, scratch);
}

// Operands come before what they make up: one pass.
RuleBits Plan::possible(std::span<const std::uint8_t> checks, std::vector<std::uint8_t>& nodes) const {
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
    auto rules = no_rules();
    for (std::size_t i = 0; i < roots_.size(); ++i) {
        if ((nodes[index_of(roots_[i])] & kCanBeTrue) != 0) rules.set(i);
    }
    return rules;
}

}  // namespace auditfwd::detection
