#include <bit>
#include <utility>

#include "forwarder/detection/evaluator.h"
#include "forwarder/detection/ruleset.h"
#include "forwarder/detection/ruleset_impl.h"

namespace auditfwd {

using namespace detection;

struct Detector::Impl {
    explicit Impl(std::shared_ptr<const Ruleset> with, const Plan& plan) : rules{std::move(with)}, evaluator{plan} {
        candidates.resize(plan.words());
    }

    std::shared_ptr<const Ruleset> rules;
    Evaluator evaluator;
    std::vector<std::uint64_t> candidates;
    std::vector<std::uint32_t> found;
};

Detector::Detector(std::shared_ptr<const Ruleset> rules) {
    const auto& plan = *rules->impl_->plan;
    impl_ = std::make_unique<Impl>(std::move(rules), plan);
}
Detector::~Detector() = default;

const Ruleset& Detector::rules() const { return *impl_->rules; }

std::span<const std::uint32_t> Detector::detect(FieldSource& event) {
    const auto& ruleset = *impl_->rules->impl_;
    const auto& plan = *ruleset.plan;
    auto& candidates = impl_->candidates;
    impl_->found.clear();
    if (candidates.empty()) return {};
    impl_->evaluator.next_event(event);
    // Which rules the values that dispatch leave; most events end here.
    std::fill(candidates.begin(), candidates.end(), ~std::uint64_t{0});
    for (std::size_t i = 0; i < plan.dimensions(); ++i) {
        const auto* possible = impl_->evaluator.possible(i);
        if (!possible) continue;
        std::uint64_t any = 0;
        for (std::size_t w = 0; w < candidates.size(); ++w) any |= candidates[w] &= (*possible)[w];
        if (any == 0) return {};
    }
    for (std::size_t w = 0; w < candidates.size(); ++w) {
        for (auto left = candidates[w]; left != 0; left &= left - 1) {
            const auto root = w * 64 + static_cast<std::size_t>(std::countr_zero(left));
            if (root >= plan.roots().size()) break;
            if (impl_->evaluator.holds(plan.roots()[root])) impl_->found.push_back(ruleset.rule_of_root[root]);
        }
    }
    return impl_->found;
}

}  // namespace auditfwd
