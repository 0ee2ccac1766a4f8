#include "forwarder/detection/formula.h"

#include <algorithm>
#include <utility>

namespace auditfwd::detection {

namespace {

// What asking costs, roughly: the field's first reading, then the comparison.
std::uint64_t cost_of(const Check& check, const FieldTable& fields) {
    constexpr std::uint64_t kReading[] = {0, 1, 4, 64};
    auto cost = kReading[static_cast<std::size_t>(fields.info(check.left.field).cost)];
    cost += check.left.transforms.size() * 8;
    if (check.right) cost += kReading[static_cast<std::size_t>(fields.info(check.right->field).cost)] + 4;
    if (check.op == Operator::kContains || check.op == Operator::kIcontains) cost += 4;
    if (check.pattern) cost += 16;
    return cost + 1;
}

}  // namespace

Formulas::Formulas() {
    push({.kind = Node::Kind::kFalse});
    push({.kind = Node::Kind::kTrue});
}

NodeId Formulas::push(const Node& node) {
    nodes_.push_back(node);
    return static_cast<NodeId>(nodes_.size() - 1);
}

NodeId Formulas::add(Check check, std::string spelling) {
    // Nothing is in an empty list.
    if (takes_list(check.op) && check.values.empty() && !check.right) return kNever;
    const auto known = by_spelling_.find(spelling);
    if (known != by_spelling_.end()) return known->second;
    const auto id = push({.kind = Node::Kind::kCheck, .first = static_cast<std::uint32_t>(checks_.size()), .count = 0});
    checks_.push_back(std::move(check));
    check_nodes_.push_back(id);
    by_spelling_.emplace(spelling, id);
    spellings_.push_back(std::move(spelling));
    return id;
}

NodeId Formulas::negated(NodeId id) {
    if (id == kNever) return kAlways;
    if (id == kAlways) return kNever;
    const auto& node = at(id);
    if (node.kind == Node::Kind::kNot) return operands_[node.first];
    return intern(Node::Kind::kNot, {&id, 1});
}

NodeId Formulas::joined(Node::Kind kind, std::span<const NodeId> operands) {
    const auto neutral = kind == Node::Kind::kAnd ? kAlways : kNever;
    const auto decisive = kind == Node::Kind::kAnd ? kNever : kAlways;
    constexpr std::uint32_t kMergedMax = 64;
    std::vector<NodeId> all;
    for (const auto id : operands) {
        if (id == decisive) return decisive;
        if (id == neutral) continue;
        const auto& node = at(id);
        if (node.kind == kind && node.count <= kMergedMax) {
            const auto inner = this->operands(node);
            all.insert(all.end(), inner.begin(), inner.end());
        } else {
            all.push_back(id);
        }
    }
    std::ranges::sort(all);
    all.erase(std::unique(all.begin(), all.end()), all.end());
    if (all.empty()) return neutral;
    return all.size() == 1 ? all.front() : intern(kind, all);
}

NodeId Formulas::intern(Node::Kind kind, std::span<const NodeId> operands) {
    std::string key(1, static_cast<char>(kind));
    key.append(reinterpret_cast<const char*>(operands.data()), operands.size_bytes());
    const auto known = by_operands_.find(key);
    if (known != by_operands_.end()) return known->second;
    if (operands_.size() + operands.size() > kOperandsMax) {
        full_ = true;
        return kNever;
    }
    const auto first = static_cast<std::uint32_t>(operands_.size());
    operands_.insert(operands_.end(), operands.begin(), operands.end());
    const auto id = push({.kind = kind, .first = first, .count = static_cast<std::uint32_t>(operands.size())});
    by_operands_.emplace(std::move(key), id);
    return id;
}

void Formulas::order(const FieldTable& fields) {
    // Operands come before what they make up: one pass knows their costs.
    std::vector<std::uint64_t> costs(nodes_.size());
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        const auto& node = nodes_[i];
        if (node.kind == Node::Kind::kCheck) {
            costs[i] = cost_of(checks_[node.first], fields);
            continue;
        }
        for (const auto id : operands(node))
            costs[i] = std::min(costs[i] + costs[index_of(id)], std::uint64_t{1} << 40);
        const auto begin = operands_.begin() + node.first;
        std::stable_sort(begin, begin + node.count,
                         [&](NodeId a, NodeId b) { return costs[index_of(a)] < costs[index_of(b)]; });
    }
    by_spelling_.clear();
    by_operands_.clear();
}

}  // namespace auditfwd::detection
