// Decides formulas for one event at a time, each part of them at most once.
//
// Owner and thread: one worker's detector.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "forwarder/detection/classifier.h"
#include "forwarder/detection/plan.h"

namespace auditfwd::detection {

class Evaluator {
public:
    enum class Memory { kNone, kOfValues };  // kNone: for an event or two, possible() must not be asked

    explicit Evaluator(const Plan& plan, Memory memory = Memory::kOfValues);

    void next_event(FieldSource& source);
    // Which rules a dimension's value leaves; null: no help.
    const RuleBits* possible(std::size_t dimension);
    bool holds(NodeId root);

private:
    struct Frame {
        NodeId node;
        std::uint32_t next;
    };
    // What is known of a matcher's checks.
    struct Known {
        std::uint32_t event = 0;  // of which
        FieldId field;
        const std::uint64_t* truth = nullptr;
        std::optional<Classifier> classifier;  // of a field whose values come again; null: each by itself
        Truth own;
    };

    bool check(std::uint32_t index);
    const Classifier::Class* classify(Known& known);
    // Whether the operands seen so far decide the node, given the last one's value.
    void set(NodeId node, bool value) { memo_[index_of(node)] = event_ << 1 | static_cast<std::uint32_t>(value); }
    bool known(NodeId node) const { return memo_[index_of(node)] >> 1 == event_; }
    bool value(NodeId node) const { return (memo_[index_of(node)] & 1) != 0; }
    bool decide(NodeId node);

    const Plan& plan_;
    FieldSource* source_ = nullptr;
    std::uint32_t event_ = 0;          // 31 bits
    std::vector<std::uint32_t> memo_;  // of each node: the event it was decided for, and its value
    std::vector<Known> known_;         // of each matcher
    std::vector<Frame> stack_;
    std::vector<std::uint32_t> counts_;
    CheckScratch scratch_;
};

}  // namespace auditfwd::detection
