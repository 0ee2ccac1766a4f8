#include <utility>

#include "forwarder/detection/evaluator.h"
#include "forwarder/detection/ruleset.h"
#include "forwarder/detection/ruleset_impl.h"

namespace auditfwd {

using namespace detection;

struct Detector::Impl {
    explicit Impl(std::shared_ptr<const Ruleset> with, const Plan& plan)
        : rules{std::move(with)}, evaluator{plan}, candidates{plan.no_rules()} {}

    std::shared_ptr<const Ruleset> rules;
    Evaluator evaluator;
    RuleBits candidates;
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
    if (plan.roots().empty()) return {};
    impl_->evaluator.next_event(event);
    // Which rules the values that dispatch leave, and the parts that are missing; most events end here.
    candidates.fill();
    for (std::size_t i = 0; i < plan.dimensions(); ++i) {
        const auto* possible = impl_->evaluator.possible(i);
        if (possible && !candidates.keep(*possible)) return {};
    }
    const auto missing = event.missing();
    for (const auto& part : plan.parts()) {
        if ((missing & part.bit) != 0 && !candidates.keep(part.rules)) return {};
    }
    candidates.each([&](std::size_t root) {
        if (root < plan.roots().size() && impl_->evaluator.holds(plan.roots()[root]))
            impl_->found.push_back(ruleset.rule_of_root[root]);
    });
    return impl_->found;
}

}  // namespace auditfwd
