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

std::size_t ones(const std::vector<std::uint64_t>& bits) {
    std::size_t out = 0;
    for (const auto word : bits) out += static_cast<std::size_t>(std::popcount(word));
    return out;
}

}  // namespace

// A field with enough simple checks.
struct Plan::Candidate {
    FieldId field;
    bool is_list;
    FieldCost cost;
    std::vector<std::uint32_t> checks;
    std::vector<std::uint64_t> rules;  // that can match when none of the checks holds
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
        const auto field = check.left.field;
        auto& candidate = by_field.try_emplace(field).first->second;
        candidate.field = field;
        candidate.is_list = check.left.is_list;
        candidate.cost = fields.info(field).cost;
        candidate.checks.push_back(i);
    }
    std::vector<Candidate*> left;
    std::vector<std::uint8_t> checks(formulas_.checks().size(), kOpen);
    std::vector<std::uint8_t> nodes;
    for (auto& [field, candidate] : by_field) {
        if (candidate.is_list || candidate.cost == FieldCost::kBody) continue;
        for (const auto i : candidate.checks) checks[i] = kCanBeFalse;
        mark_possible(checks, candidate.rules, nodes);
        for (const auto i : candidate.checks) checks[i] = kOpen;
        if (ones(candidate.rules) < roots_.size()) left.push_back(&candidate);
    }
    // The one that leaves the fewest rules first, then the one that leaves the fewest of those, …
    std::vector<std::uint64_t> rules(words(), ~std::uint64_t{0});
    while (!left.empty() && dimensions_ < kDimensionsMax) {
        const auto rest = [&](const Candidate* candidate) {
            std::size_t out = 0;
            for (std::size_t w = 0; w < words(); ++w) {
                out += static_cast<std::size_t>(std::popcount(rules[w] & candidate->rules[w]));
            }
            return std::pair{out, candidate->cost};
        };
        const auto best = std::ranges::min_element(left, {}, rest);
        for (std::size_t w = 0; w < words(); ++w) rules[w] &= (*best)->rules[w];
        add_matcher(**best);
        (*best)->checks.clear();
        left.erase(best);
        ++dimensions_;
    }
    for (const auto& [field, candidate] : by_field) {
        if (candidate.checks.size() >= kMatcherChecksMin) add_matcher(candidate);
    }
}

void Plan::add_matcher(const Candidate& candidate) {
    auto& matcher = matchers_.emplace_back(candidate.field, candidate.is_list);
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
