// One comparison with its names resolved: FIELD OP VALUES, the leaf of every condition.
//
// Immutable once made, shared by all workers. `!=` does not occur: it is `exists and not =`, since every comparison of
// an absent field is false.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "forwarder/detection/condition.h"
#include "forwarder/detection/field.h"

namespace auditfwd::detection {

struct FieldUse {
    FieldId field{};
    bool is_list = false;
    bool numeric = false;  // len()
    std::vector<Transform> transforms;
};

// A field's values with its transformers applied; the views hold until the next use.
class TransformedValues {
public:
    // False: absent, or a transformer cannot read it (b64() of what is none).
    bool read(const FieldUse& use, FieldSource& source);
    const Values& values() const { return values_; }
    std::uint64_t number() const { return number_; }  // of a numeric use

private:
    bool transform(Transform transform, std::size_t i);

    std::vector<std::string> buffers_;
    std::vector<std::string_view> views_;
    Values values_;
    std::uint64_t number_ = 0;
};

struct CheckScratch {
    TransformedValues left;
    TransformedValues right;
    std::string path;
    std::vector<std::string_view> sorted;
};

// Matches the whole text; linear in its length whatever the pattern.
class Pattern {
public:
    virtual ~Pattern() = default;
    virtual bool matches(std::string_view text) const = 0;
};

// Hashes a view like the string it is of.
struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};
using TextSet = std::unordered_set<std::string, TextHash, std::equal_to<>>;

struct Check {
    FieldUse left;
    Operator op = Operator::kExists;
    std::vector<std::string> values;  // sorted, each once; one unless the operator takes a list
    std::optional<FieldUse> right;    // instead of values

    // Made of the above when the check is made.
    TextSet set;                             // of kIn, kIntersects; of kPmatch: paths without empty components
    bool root = false;                       // of kPmatch: "/" is listed
    std::vector<std::uint64_t> numbers;      // of a numeric left side
    std::shared_ptr<const Pattern> pattern;  // of kGlob, kIglob, kRegex; null: never matches

    bool holds(FieldSource& source, CheckScratch& scratch) const;

private:
    bool holds_text(std::string_view text, std::string_view value) const;
    bool holds_number(std::uint64_t left_number, std::span<const std::uint64_t> right_numbers) const;
    bool holds_list(const Values& left_values, FieldSource& source, CheckScratch& scratch) const;
    bool holds_path(std::string_view text, std::string& path) const;
};

// Resolves names, checks types, compiles patterns. Fails with kInvalid or kTooLarge; the message says what would be
// right. `warning` is set for what loads but never matches. The operator `!=` comes out as `=`.
struct CheckProblem {
    std::size_t offset = 0;
    std::string text;  // empty: none
};
std::optional<Check> make_check(const CheckText& text, bool falco_compat, FieldTable& fields, CheckProblem& error,
                                CheckProblem& warning);

// As it would stand in a rule: `tolower(ka.verb) in ("get", "list")`. Two checks mean the same if they are spelt the
// same.
std::string spell(const Check& check, const FieldTable& fields);

}  // namespace auditfwd::detection
