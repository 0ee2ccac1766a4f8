// All conditions of a rule set as one graph of shared parts: equal checks, and equal combinations of them, exist once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "forwarder/detection/check.h"

namespace auditfwd::detection {

enum class NodeId : std::uint32_t {};
constexpr std::size_t index_of(NodeId id) { return static_cast<std::size_t>(id); }
inline constexpr NodeId kNever{0};
inline constexpr NodeId kAlways{1};

struct Node {
    enum class Kind : std::uint8_t { kFalse, kTrue, kCheck, kNot, kAnd, kOr };

    Kind kind = Kind::kFalse;
    std::uint32_t first = 0;  // of kCheck: which; of the others: where its operands begin
    std::uint32_t count = 0;
};

class Formulas {
public:
    static constexpr std::size_t kOperandsMax = 4'000'000;

    Formulas();

    // `spelling`: of the check, see spell().
    NodeId add(Check check, std::string spelling);
    NodeId negated(NodeId id);
    // Of none: always true, or never.
    NodeId joined(Node::Kind kind, std::span<const NodeId> operands);
    // The bound was reached: what was added since is wrong, and must not be used.
    bool full() const { return full_; }

    std::size_t size() const { return nodes_.size(); }
    const Node& at(NodeId id) const { return nodes_[index_of(id)]; }
    std::span<const NodeId> operands(const Node& node) const { return {operands_.data() + node.first, node.count}; }
    const std::vector<Check>& checks() const { return checks_; }
    const std::vector<std::string>& spellings() const { return spellings_; }
    // The node of each check.
    const std::vector<NodeId>& check_nodes() const { return check_nodes_; }

    // Operands are put in the order of what they cost; once, when all is added.
    void order(const FieldTable& fields);

private:
    NodeId intern(Node::Kind kind, std::span<const NodeId> operands);
    NodeId push(const Node& node);

    std::vector<Node> nodes_;
    std::vector<NodeId> operands_;
    std::vector<Check> checks_;
    std::vector<std::string> spellings_;
    std::vector<NodeId> check_nodes_;
    std::unordered_map<std::string, NodeId> by_spelling_;
    std::unordered_map<std::string, NodeId> by_operands_;  // kind and operands, as bytes
    bool full_ = false;
};

}  // namespace auditfwd::detection
