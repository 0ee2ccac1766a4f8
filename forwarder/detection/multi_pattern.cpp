#include "forwarder/detection/multi_pattern.h"

#include <algorithm>

namespace auditfwd::detection {

void MultiPattern::add(std::string_view literal, std::uint32_t number) {
    std::uint32_t first = 0;
    std::memcpy(&first, literal.data(), std::min(literal.size(), Starts::kBytes));
    firsts_.push_back(first);
    short_ |= literal.size() < Starts::kBytes;
    std::uint32_t state = 0;
    for (const char c : literal) {
        const auto byte = byte_of(c);
        auto next = child(state, byte);
        if (next == kNone) {
            next = static_cast<std::uint32_t>(states_.size());
            states_.push_back({});
            edges_.push_back({byte, next, states_[state].first_edge});
            states_[state].first_edge = static_cast<std::uint32_t>(edges_.size() - 1);
        }
        state = next;
    }
    numbers_.push_back({number, states_[state].first_number});
    states_[state].first_number = static_cast<std::uint32_t>(numbers_.size() - 1);
}

// Breadth first: what a state falls back to is nearer to the root, and known.
void MultiPattern::build() {
    root_.fill(0);
    if (!short_) {
        starts_ = Starts{};
        for (const auto three : firsts_) {
            const auto hash = Starts::hash(three);
            starts_->bits[hash / 64] |= std::uint64_t{1} << (hash % 64);
        }
    }
    firsts_.clear();
    firsts_.shrink_to_fit();
    std::vector<std::uint32_t> queue;
    for (auto edge = states_[0].first_edge; edge != kNone; edge = edges_[edge].next) {
        root_[edges_[edge].byte] = edges_[edge].target;
        queue.push_back(edges_[edge].target);
    }
    for (std::size_t i = 0; i < queue.size(); ++i) {
        const auto state = queue[i];
        auto& self = states_[state];
        self.report = self.first_number != kNone ? state : states_[self.fail].report;
        for (auto edge = self.first_edge; edge != kNone; edge = edges_[edge].next) {
            states_[edges_[edge].target].fail = step(self.fail, edges_[edge].byte);
            queue.push_back(edges_[edge].target);
        }
    }
}

}  // namespace auditfwd::detection
