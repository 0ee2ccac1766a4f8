// A condition of the rule language as it is written, before names mean anything: fields are text, macros are names.
//
// The grammar is Falco's: `or` < `and` < `not`, parentheses, a bare identifier is a macro, else FIELD[ARGUMENT] OP
// VALUE. Steps stand in postfix order, so that nobody who reads one recurses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace auditfwd::detection {

enum class Operator : std::uint8_t {
    kExists,
    kEqual,
    kNotEqual,
    kLess,
    kLessEqual,
    kGreater,
    kGreaterEqual,
    kContains,
    kIcontains,
    kStartsWith,
    kEndsWith,
    kGlob,
    kIglob,
    kRegex,
    kBcontains,
    kBstartsWith,
    kIn,
    kIntersects,
    kPmatch,
};

std::string_view to_string(Operator op);
// The operator written so, `==` included; none for another word.
std::optional<Operator> operator_named(std::string_view word);
// Whether the right side is a list in parentheses.
constexpr bool takes_list(Operator op) { return op >= Operator::kIn; }

enum class Transform : std::uint8_t { kLower, kUpper, kBase64, kBasename, kLength, kValue, kUrlDecode };

std::string_view to_string(Transform transform);

// `tolower(ka.uri.param[a])`
struct FieldText {
    std::string name;
    std::optional<std::string> argument;
    std::vector<Transform> transforms;  // in the order they are applied
    std::uint32_t offset = 0;           // of its name in the condition
};

struct CheckText {
    FieldText left;
    Operator op = Operator::kExists;
    std::vector<std::string> values;
    std::optional<FieldText> right;  // a field instead of values
    std::uint32_t op_offset = 0;
};

struct Step {
    enum class Kind : std::uint8_t { kCheck, kMacro, kNot, kAnd, kOr };

    Kind kind = Kind::kCheck;
    // Of checks or macros: which one. Of kAnd and kOr: how many of the results before it are joined.
    std::uint32_t index = 0;
    std::uint32_t offset = 0;  // where it begins in the text
};

struct Condition {
    std::vector<Step> steps;
    std::vector<CheckText> checks;
    std::vector<std::string> macros;
};

struct ConditionError {
    std::size_t offset = 0;
    std::string text;  // what was expected
};

// Bounds of one condition: nesting, as Falco's parser; steps, after lists were put in.
inline constexpr std::size_t kNestingMax = 1000;
inline constexpr std::size_t kStepsMax = 100'000;

// Empty `error.text`: read whole.
Condition parse_condition(std::string_view text, ConditionError& error);

}  // namespace auditfwd::detection
