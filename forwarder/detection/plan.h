// What a rule set is compiled to: formulas, matchers by field, and the fields whose values decide early which rules can
// match at all; likewise the parts of an event that can be missing.
//
// Immutable after building, shared by all workers.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "forwarder/detection/field_matcher.h"
#include "forwarder/detection/formula.h"

namespace auditfwd::detection {

// A set of a plan's rules: a bit each, and before them a bit for each word of 64 that has one.
class RuleBits {
public:
    RuleBits() = default;
    explicit RuleBits(std::size_t rules) : words_{(rules + 63) / 64}, summaries_{(words_ + 63) / 64} {
        bits_.resize(summaries_ + words_);
    }

    void fill();
    void set(std::size_t rule) {
        bits_[summaries_ + rule / 64] |= std::uint64_t{1} << (rule % 64);
        bits_[rule / 4096] |= std::uint64_t{1} << (rule / 64 % 64);
    }
    // Leaves what is in both; false if that is none.
    bool keep(const RuleBits& other);
    std::size_t count() const;

    template <class Take>
    void each(Take&& take) const {
        for (std::size_t i = 0; i < summaries_; ++i) {
            for (auto live = bits_[i]; live != 0; live &= live - 1) {
                const auto w = i * 64 + first_of(live);
                for (auto rest = bits_[summaries_ + w]; rest != 0; rest &= rest - 1) take(w * 64 + first_of(rest));
            }
        }
    }

private:
    static std::size_t first_of(std::uint64_t bits) { return static_cast<std::size_t>(std::countr_zero(bits)); }

    std::size_t words_ = 0;
    std::size_t summaries_ = 0;
    std::vector<std::uint64_t> bits_;
};

class Plan {
public:
    static constexpr std::uint32_t kNone = 0xFFFFFFFF;
    // Fields that dispatch.
    static constexpr std::size_t kDimensionsMax = 10;
    // Fields of which each worker remembers what values mean.
    static constexpr std::size_t kRememberedMax = 32;
    // From so many simple checks of a field on, one look-up is cheaper than comparing.
    static constexpr std::size_t kMatcherChecksMin = 4;

    // `roots`: the formulas of the rules that are enabled.
    Plan(Formulas formulas, const FieldTable& fields, std::vector<NodeId> roots);

    const Formulas& formulas() const { return formulas_; }
    const std::vector<NodeId>& roots() const { return roots_; }
    std::size_t words() const { return (roots_.size() + 63) / 64; }
    RuleBits no_rules() const { return RuleBits{roots_.size()}; }

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

    // The rules that can match when the checks of matcher `dimension` are `truth`, whatever others are. `scratch`: any;
    // grown to formulas().size().
    RuleBits possible(std::size_t dimension, const Truth& truth, std::vector<std::uint8_t>& scratch) const;

    struct Part {
        std::uint32_t bit;
        RuleBits rules;  // that can match without it
    };
    const std::vector<Part>& parts() const { return parts_; }

private:
    struct Candidate;

    void choose_dimensions(const FieldTable& fields);
    void find_parts(const FieldTable& fields);
    void cover(const std::vector<Candidate*>& candidates, RuleBits Candidate::*possible, RuleBits& left);
    void add_dimension(Candidate& candidate);
    void add_matcher(const Candidate& candidate);
    RuleBits possible(std::span<const std::uint8_t> checks, std::vector<std::uint8_t>& nodes) const;

    Formulas formulas_;
    std::vector<NodeId> roots_;
    std::vector<FieldMatcher> matchers_;
    std::vector<Home> homes_;
    std::vector<bool> recurs_;  // of each matcher
    std::vector<Part> parts_;
    std::size_t dimensions_ = 0;
};

}  // namespace auditfwd::detection
