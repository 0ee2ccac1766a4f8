// Gives a comparison its meaning: names, types, patterns.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "forwarder/detection/check.h"
#include "forwarder/detection/diagnostics.h"
#include "forwarder/detection/pattern.h"

namespace auditfwd::detection {

namespace {

struct Failed {
    std::size_t offset;
    std::string text;
};

FieldUse use_of(const FieldText& text, bool falco_compat, FieldTable& fields) {
    const auto id = fields.resolve({.name = text.name, .argument = text.argument, .falco_compat = falco_compat});
    if (!id) throw Failed{text.offset, id.error().message};
    FieldUse out{.field = *id, .is_list = fields.info(*id).is_list, .numeric = false, .transforms = text.transforms};
    for (std::size_t i = 0; i < out.transforms.size(); ++i) {
        if (out.numeric) {
            throw Failed{text.offset,
                         fmt::format("{}() takes text, and len() gives a number", to_string(out.transforms[i]))};
        }
        out.numeric = out.transforms[i] == Transform::kLength;
    }
    return out;
}

bool yields_list(const FieldUse& use) { return use.is_list && !use.numeric; }

// Throws when the operator cannot be asked of what stands left of it.
void require_operator(Operator op, const FieldUse& left, std::size_t offset) {
    using enum Operator;
    if (op == kBcontains || op == kBstartsWith) {
        throw Failed{offset, fmt::format("{} compares byte buffers, and every field of an audit event is text; use {}",
                                         to_string(op), to_string(op).substr(1))};
    }
    if (yields_list(left)) {
        if (op == kExists || op == kIn || op == kIntersects) return;
        throw Failed{offset, fmt::format("{} cannot be asked of a list; use in (all elements are listed), intersects "
                                         "(some are), exists or len()",
                                         to_string(op))};
    }
    if (!left.numeric || op == kExists || op == kEqual || op == kNotEqual || op == kIn || op == kIntersects) return;
    if (op >= kLess && op <= kGreaterEqual) return;
    throw Failed{offset, fmt::format("{} cannot be asked of a number; use =, !=, <, <=, >, >= or in", to_string(op))};
}

void require_right(const Check& check, std::size_t offset) {
    const auto& right = *check.right;
    if (check.left.numeric != right.numeric) {
        throw Failed{offset, "a number (of len()) and a text are compared; both sides must be of one kind"};
    }
    if (yields_list(right) && check.op != Operator::kIn && check.op != Operator::kIntersects) {
        throw Failed{offset,
                     fmt::format("{} cannot have a list on its right side; use in or intersects", to_string(check.op))};
    }
    if (check.op == Operator::kRegex || check.op == Operator::kPmatch || check.op == Operator::kGlob ||
        check.op == Operator::kIglob) {
        throw Failed{offset, fmt::format("{} takes what is written in the rule, not a field", to_string(check.op))};
    }
}

std::uint64_t number_of(const std::string& text, std::size_t offset) {
    std::string_view digits = text;
    const int base = digits.starts_with("0x") || digits.starts_with("0X") ? 16 : 10;
    if (base == 16) digits.remove_prefix(2);
    if (digits.starts_with('+')) digits.remove_prefix(1);
    std::uint64_t out = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out, base);
    if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size()) {
        throw Failed{offset, fmt::format("expected a whole number, not {}", quoted(text))};
    }
    return out;
}

// "/a//b/" is "/a/b"; a path of nothing but slashes is empty.
std::string normal_path(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto slash = text.find('/');
        const auto component = text.substr(0, slash);
        text.remove_prefix(slash == text.npos ? text.size() : slash + 1);
        if (!component.empty()) out.append("/").append(component);
    }
    return out;
}

void finish(Check& check, std::size_t offset, CheckProblem& warning) {
    using enum Operator;
    if (check.right || check.op == kExists) return;
    if (check.left.numeric) {
        for (const auto& value : check.values) check.numbers.push_back(number_of(value, offset));
        return;
    }
    if (check.op == kGlob || check.op == kIglob) {
        check.pattern = make_glob(check.values.front(), check.op == kIglob);
    } else if (check.op == kRegex) {
        std::string fault;
        check.pattern = make_regex(check.values.front(), fault);
        if (!check.pattern) {
            warning = {offset, fmt::format("not a regular expression of RE2 ({}); it never matches", fault)};
        }
    } else if (check.op == kPmatch) {
        for (const auto& value : check.values) {
            auto path = normal_path(value);
            check.root |= path.empty();
            check.set.insert(std::move(path));
        }
    } else if (takes_list(check.op)) {
        check.set.insert(check.values.begin(), check.values.end());
    }
}

void spell(const FieldUse& use, const FieldTable& fields, std::string& out) {
    for (auto i = use.transforms.size(); i-- > 0;) out.append(to_string(use.transforms[i])).append("(");
    out.append(fields.info(use.field).spelling).append(use.transforms.size(), ')');
}

void spell(std::string_view value, std::string& out) {
    const bool bare = !value.empty() && value.find_first_of("()\"' \t\n\v\f\r=,\\") == value.npos;
    if (!bare) out += '"';
    for (const char c : value) {
        if (c == '\n' || c == '\r' || c == '\t') {
            out.append(c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t");
            continue;
        }
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    if (!bare) out += '"';
}

}  // namespace

std::optional<Check> make_check(const CheckText& text, bool falco_compat, FieldTable& fields, CheckProblem& error,
                                CheckProblem& warning) {
    try {
        Check out;
        out.left = use_of(text.left, falco_compat, fields);
        require_operator(text.op, out.left, text.op_offset);
        out.op = text.op == Operator::kNotEqual ? Operator::kEqual : text.op;
        out.values = text.values;
        // Of one value these mean the same.
        if (!out.left.is_list && out.op == Operator::kIntersects) out.op = Operator::kIn;
        if (takes_list(out.op)) {
            std::ranges::sort(out.values);
            out.values.erase(std::unique(out.values.begin(), out.values.end()), out.values.end());
            if (out.op == Operator::kIn && !yields_list(out.left) && out.values.size() == 1) {
                out.op = Operator::kEqual;
            }
        }
        if (text.right) {
            out.right = use_of(*text.right, falco_compat, fields);
            require_right(out, text.right->offset);
        }
        finish(out, text.op_offset, warning);
        return out;
    } catch (const Failed& failed) {
        error = {failed.offset, failed.text};
        return std::nullopt;
    }
}

std::string spell(const Check& check, const FieldTable& fields) {
    std::string out;
    spell(check.left, fields, out);
    out.append(" ").append(to_string(check.op));
    if (check.op == Operator::kExists) return out;
    if (check.right) {
        if (check.right->transforms.empty()) out.append(" val(");
        if (!check.right->transforms.empty()) out.append(" ");
        spell(*check.right, fields, out);
        if (check.right->transforms.empty()) out.append(")");
        return out;
    }
    if (!takes_list(check.op)) {
        out.append(" ");
        spell(check.values.front(), out);
        return out;
    }
    out.append(" (");
    for (std::size_t i = 0; i < check.values.size(); ++i) {
        if (i != 0) out.append(", ");
        spell(check.values[i], out);
    }
    return out + ")";
}

}  // namespace auditfwd::detection
