#include "forwarder/detection/evaluator.h"

#include <algorithm>

namespace auditfwd::detection {

Evaluator::Evaluator(const Plan& plan, Memory memory)
    : plan_{plan}, memo_(plan.formulas().size()), known_(plan.matchers().size()) {
    for (std::size_t i = 0; i < plan.matchers().size(); ++i) {
        known_[i].field = plan.matchers()[i].field();
        if (memory == Memory::kOfValues && plan.recurs(i)) known_[i].classifier.emplace(plan, i);
    }
}

void Evaluator::next_event(FieldSource& source) {
    source_ = &source;
    constexpr std::uint32_t kEventsMax = 0x7FFFFFFF;
    if (event_ == kEventsMax) {
        std::ranges::fill(memo_, 0);
        for (auto& known : known_) known.event = 0;
        event_ = 0;
    }
    ++event_;
    set(kNever, false);
    set(kAlways, true);
}

const Classifier::Class* Evaluator::classify(Known& known) {
    const auto* value = known.classifier->classify(source_->get(known.field));
    if (value == nullptr) return nullptr;
    known.event = event_;
    known.truth = value->truth.data();
    return value;
}

const RuleBits* Evaluator::possible(std::size_t dimension) {
    const auto* value = classify(known_[dimension]);
    return value ? &value->rules : nullptr;
}

bool Evaluator::check(std::uint32_t index) {
    const auto home = plan_.home(index);
    if (home.matcher == Plan::kNone) return plan_.formulas().checks()[index].holds(*source_, scratch_);
    auto& known = known_[home.matcher];
    if (known.event != event_ && (!known.classifier || !classify(known))) {
        const auto& matcher = plan_.matchers()[home.matcher];
        matcher.match(source_->get(known.field), known.own, counts_);
        known.event = event_;
        known.truth = known.own.data();
    }
    return truth_of(known.truth, home.number);
}

// Decides a node whose operands are no more than one level away, or finds the first that is not known: false then, and
// it is on the stack.
bool Evaluator::decide(NodeId id) {
    const auto& formulas = plan_.formulas();
    const auto& node = formulas.at(id);
    if (node.kind == Node::Kind::kCheck) {
        set(id, check(node.first));
        return true;
    }
    const auto operands = formulas.operands(node);
    const bool decisive = node.kind == Node::Kind::kOr;
    auto& frame = stack_.back();
    for (; frame.next < operands.size(); ++frame.next) {
        const auto operand = operands[frame.next];
        if (!known(operand)) {
            const auto& inner = formulas.at(operand);
            if (inner.kind != Node::Kind::kCheck) {
                stack_.push_back({operand, 0});
                return false;
            }
            set(operand, check(inner.first));
        }
        if (node.kind == Node::Kind::kNot) {
            set(id, !value(operand));
            return true;
        }
        if (value(operand) == decisive) {
            set(id, decisive);
            return true;
        }
    }
    set(id, !decisive);
    return true;
}

bool Evaluator::holds(NodeId root) {
    if (known(root)) return value(root);
    stack_.push_back({root, 0});
    while (!stack_.empty()) {
        if (decide(stack_.back().node)) stack_.pop_back();
    }
    return value(root);
}

}  // namespace auditfwd::detection
