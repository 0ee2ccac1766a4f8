#include "forwarder/detection/condition.h"

#include <utility>

#include "forwarder/detection/lexer.h"

namespace auditfwd::detection {

namespace {

constexpr std::string_view kAnOperand = "expected a field, a macro or an opening parenthesis";
constexpr std::string_view kAnOperator =
    "expected an operator: exists, =, ==, !=, <, <=, >, >=, contains, icontains, startswith, endswith, glob, iglob, "
    "regex, in, intersects or pmatch";

struct Failed {
    std::size_t offset;
    std::string text;
};

class Parser {
public:
    explicit Parser(std::string_view text) : lexer_{text} {}

    Condition parse();

private:
    // One parenthesis that is open, or the whole.
    struct Group {
        std::uint32_t ors = 0;   // operands of `or` that are complete
        std::uint32_t ands = 0;  // operands of the current `and`
        bool negate = false;     // the next operand
        std::uint32_t offset = 0;
    };

    std::uint32_t offset() const { return static_cast<std::uint32_t>(lexer_.at()); }
    [[noreturn]] void fail(std::string text) const { throw Failed{lexer_.at(), std::move(text)}; }

    void add(Step::Kind kind, std::uint32_t index, std::uint32_t offset);
    bool operand();
    void operand_done();
    void close_and();
    void close_group();
    bool after_operand();
    void check_or_macro();
    void check(FieldText left);
    FieldText field();
    FieldText field_at(std::string_view name, std::uint32_t offset);
    std::optional<FieldText> right_field();
    void values(CheckText& check);
    std::string value(bool in_list);

    Lexer lexer_;
    Condition out_;
    std::vector<Group> groups_;
};

void Parser::add(Step::Kind kind, std::uint32_t index, std::uint32_t offset) {
    if (out_.steps.size() == kStepsMax) fail("the condition is too long");
    out_.steps.push_back({kind, index, offset});
}

Condition Parser::parse() {
    groups_.push_back({});
    do {
        while (!operand()) {
        }
    } while (after_operand());
    return std::move(out_);
}

// Reads a check or macro, or opens a parenthesis (then it is false: an operand has to follow).
bool Parser::operand() {
    lexer_.blank();
    auto& group = groups_.back();
    while (lexer_.keyword("not")) {
        group.negate = !group.negate;
        lexer_.blank();
    }
    const auto begin = offset();
    if (lexer_.take("(")) {
        if (groups_.size() == kNestingMax) fail("more than 1,000 parentheses within each other");
        groups_.push_back({.offset = begin});
        return false;
    }
    check_or_macro();
    operand_done();
    return true;
}

void Parser::operand_done() {
    auto& group = groups_.back();
    if (group.negate) add(Step::Kind::kNot, 1, group.offset);
    group.negate = false;
    ++group.ands;
}

void Parser::close_and() {
    auto& group = groups_.back();
    if (group.ands > 1) add(Step::Kind::kAnd, group.ands, group.offset);
    group.ands = 0;
    ++group.ors;
}

void Parser::close_group() {
    close_and();
    const auto group = groups_.back();
    if (group.ors > 1) add(Step::Kind::kOr, group.ors, group.offset);
    groups_.pop_back();
}

// What joins the next operand; false at the end.
bool Parser::after_operand() {
    for (;;) {
        lexer_.blank();
        if (lexer_.end()) {
            if (groups_.size() > 1) fail("expected a closing parenthesis");
            close_group();
            return false;
        }
        if (lexer_.keyword("and")) return true;
        if (lexer_.keyword("or")) {
            close_and();
            return true;
        }
        if (groups_.size() == 1 || !lexer_.take(")")) fail("expected `and`, `or` or the end");
        close_group();
        operand_done();
    }
}

void Parser::check_or_macro() {
    const auto begin = offset();
    if (const auto name = lexer_.field_name()) return check(field_at(*name, begin));
    if (const auto transform = lexer_.transform()) {
        if (*transform == Transform::kValue) fail("expected a field: val() stands on the right side of an operator");
        auto left = field();
        left.transforms.push_back(*transform);
        return check(std::move(left));
    }
    const auto name = lexer_.identifier();
    if (!name) fail(std::string{kAnOperand});
    out_.macros.emplace_back(*name);
    add(Step::Kind::kMacro, static_cast<std::uint32_t>(out_.macros.size() - 1), begin);
}

void Parser::check(FieldText left) {
    CheckText check;
    check.left = std::move(left);
    lexer_.blank();
    check.op_offset = offset();
    const auto op = lexer_.operation();
    if (!op) fail(std::string{kAnOperator});
    check.op = *op;
    if (*op != Operator::kExists) {
        lexer_.blank();
        values(check);
    }
    const auto begin = check.left.offset;
    out_.checks.push_back(std::move(check));
    add(Step::Kind::kCheck, static_cast<std::uint32_t>(out_.checks.size() - 1), begin);
}

FieldText Parser::field_at(std::string_view name, std::uint32_t offset) {
    FieldText out{.name = std::string{name}, .argument = {}, .transforms = {}, .offset = offset};
    if (!lexer_.take("[")) return out;
    std::string fault;
    if (auto text = lexer_.quoted_text(fault)) {
        out.argument = std::move(text);
    } else if (const auto bare = lexer_.bare_argument(); bare && fault.empty()) {
        out.argument = std::string{*bare};
    } else {
        fail(fault.empty() ? "expected the field's argument, in quotes if it has blanks or brackets" : fault);
    }
    if (!lexer_.take("]")) fail("expected a closing bracket behind the field's argument");
    return out;
}

// A field inside the parentheses of transformers; the outermost one, already taken, is the caller's.
FieldText Parser::field() {
    constexpr std::size_t kTransformsMax = 16;
    std::vector<Transform> outer;
    lexer_.blank();
    while (const auto transform = lexer_.transform()) {
        if (outer.size() == kTransformsMax) fail("more than 16 transformers within each other");
        if (*transform == Transform::kValue) fail("expected a field or a transformer other than val()");
        outer.push_back(*transform);
        lexer_.blank();
    }
    const auto begin = offset();
    const auto name = lexer_.field_name();
    if (!name)
        fail("expected a field, or one of tolower(), toupper(), b64(), basename(), urldecode(), len() around one");
    auto out = field_at(*name, begin);
    for (std::size_t i = 0; i <= outer.size(); ++i) {
        lexer_.blank();
        if (!lexer_.take(")")) fail("expected a closing parenthesis behind the field");
    }
    out.transforms.assign(outer.rbegin(), outer.rend());
    return out;
}

std::optional<FieldText> Parser::right_field() {
    const auto transform = lexer_.transform();
    if (!transform) return std::nullopt;
    auto out = field();
    if (*transform != Transform::kValue) out.transforms.push_back(*transform);
    return out;
}

void Parser::values(CheckText& check) {
    if (takes_list(check.op)) {
        if (!lexer_.take("(")) {
            check.right = right_field();
            if (check.right) return;
            const auto word = lexer_.identifier();
            if (!word) fail("expected a list in parentheses");
            check.values.emplace_back(*word);
            return;
        }
        lexer_.blank();
        if (lexer_.take(")")) return;
        do {
            lexer_.blank();
            check.values.push_back(value(true));
            lexer_.blank();
        } while (lexer_.take(","));
        if (!lexer_.take(")")) fail("expected a comma or a closing parenthesis");
        return;
    }
    check.right = right_field();
    if (check.right) return;
    const bool numeric = check.op >= Operator::kLess && check.op <= Operator::kGreaterEqual;
    if (!numeric) {
        check.values.push_back(value(false));
        return;
    }
    const auto number = lexer_.number();
    if (!number) fail("expected a number, or a field in val() or another transformer");
    check.values.emplace_back(*number);
}

std::string Parser::value(bool in_list) {
    std::string fault;
    if (auto text = lexer_.quoted_text(fault)) return std::move(*text);
    if (!fault.empty()) fail(fault);
    const auto text = lexer_.bare_text();
    if (!text) fail(in_list ? "expected a value of the list" : "expected a value, in quotes if it has blanks");
    return std::string{*text};
}

}  // namespace

Condition parse_condition(std::string_view text, ConditionError& error) {
    try {
        return Parser{text}.parse();
    } catch (const Failed& failed) {
        error = {failed.offset, failed.text};
        return {};
    }
}

}  // namespace auditfwd::detection
