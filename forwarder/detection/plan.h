// What a rule set is compiled to: formulas, matchers by field, and the fields whose values decide early which rules can
// match at all.
//
// Immutable after building, shared by all workers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "forwarder/detection/field_matcher.h"
#include "forwarder/detection/formula.h"

namespace auditfwd::detection {

class Plan {
public:
    static constexpr std::uint32_t kNone = 0xFFFFFFFF;
    // Fields that dispatch.
    static constexpr std::size_t kDimensionsMax = 8;
    // Fields of which each worker remembers what values mean.
    static constexpr std::size_t kRememberedMax = 32;
    // From so many simple checks of a field on, one look-up is cheaper than comparing.
    static constexpr std::size_t kMatcherChecksMin = 4;

    // `roots`: the formulas of the rules that are enabled.
    Plan(Formulas formulas, const FieldTable& fields, std::vector<NodeId> roots);

    const Formulas& formulas() const { return formulas_; }
    const std::vector<NodeId>& roots() const { return roots_; }
    std::size_t words() const { return (roots_.size() + 63) / 64; }

    const std::vector<FieldMatcher>& matchers() const { return matchers_; }
    // The first ones of matchers() are of fields that dispatch.
    std::size_t dimensions() const { return dimensions_; }
    // Whether a matcher's values are few and short enough to be worth remembering.
    bool recurs(std::size_t matcher) const { return recurs_[matcher]; }
    // Which matcher decides a check, and its number there; kNone: it is compared.
    struct Home {
        std::uint32_t matcher = kNone;
        std::uint32_t number = 0;
    };
    const Home& home(std::size_t check) const { return homes_[check]; }

    // Sets a bit for every rule that can match when the checks of matcher `dimension` are `truth`, whatever others are.
    // `scratch`: any; grown to formulas().size().
    void possible(std::size_t dimension, const Truth& truth, std::vector<std::uint64_t>& rules,
                  std::vector<std::uint8_t>& scratch) const;

private:
    struct Candidate;

    void choose_dimensions(const FieldTable& fields);
    void cover(const std::vector<Candidate*>& candidates, std::vector<std::uint64_t> Candidate::*possible,
               std::vector<std::uint64_t>& left);
    void add_dimension(Candidate& candidate);
    void add_matcher(const Candidate& candidate);
    void mark_possible(std::span<const std::uint8_t> checks, std::vector<std::uint64_t>& rules,
                       std::vector<std::uint8_t>& nodes) const;

    Formulas formulas_;
    std::vector<NodeId> roots_;
    std::vector<FieldMatcher> matchers_;
    std::vector<Home> homes_;
    std::vector<bool> recurs_;  // of each matcher
    std::size_t dimensions_ = 0;
};

}  // namespace auditfwd::detection
