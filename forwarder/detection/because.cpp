#include "forwarder/detection/because.h"

#include <algorithm>

#include "forwarder/detection/evaluator.h"

namespace auditfwd::detection {

std::vector<std::string> because(const Plan& plan, NodeId root, FieldSource& event) {
    constexpr std::size_t kReasonsMax = 32;
    constexpr std::size_t kLettersMax = 200;
    const auto& formulas = plan.formulas();
    Evaluator evaluator{plan, Evaluator::Memory::kNone};
    evaluator.next_event(event);
    std::vector<std::string> out;
    if (!evaluator.holds(root)) return out;
    if (root == kAlways) out.emplace_back("always");
    // Of what is true and joined by `and`: every part; by `or`: the first. Of what is false the other way round.
    std::vector<NodeId> stack{root};
    while (!stack.empty() && out.size() < kReasonsMax) {
        const auto id = stack.back();
        stack.pop_back();
        const auto& node = formulas.at(id);
        const bool value = evaluator.holds(id);
        if (node.kind == Node::Kind::kCheck) {
            auto text = (value ? "" : "not ") + formulas.spellings()[node.first];
            if (text.size() > kLettersMax) text = text.substr(0, kLettersMax) + "…";
            if (std::ranges::find(out, text) == out.end()) out.push_back(std::move(text));
            continue;
        }
        const auto operands = formulas.operands(node);
        const bool every = node.kind == Node::Kind::kNot || (node.kind == Node::Kind::kAnd) == value;
        for (auto i = operands.size(); i-- > 0;) {
            if (every) stack.push_back(operands[i]);
        }
        if (every) continue;
        const auto first =
            std::ranges::find_if(operands, [&](NodeId operand) { return evaluator.holds(operand) == value; });
        if (first != operands.end()) stack.push_back(*first);
    }
    return out;
}

}  // namespace auditfwd::detection
