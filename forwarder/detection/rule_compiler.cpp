#include "forwarder/detection/rule_compiler.h"

#include <fmt/format.h>

#include <algorithm>

#include "forwarder/detection/exceptions.h"

namespace auditfwd::detection {

namespace {

constexpr std::string_view kSource = "k8s_audit";

// Falco's idioms for always and never, which hold for every event that has a time: they are decided here, so that a
// forged or missing time changes no rule's meaning.
std::optional<bool> constant(const CheckText& check) {
    if ((check.left.name != "jevt.rawtime" && check.left.name != "json.rawtime") || !check.left.transforms.empty()) {
        return std::nullopt;
    }
    if (check.op == Operator::kExists) return true;
    if (check.op == Operator::kEqual && !check.right && check.values.front() == "0") return false;
    return std::nullopt;
}

bool ours(std::string_view field) {
    return field.starts_with("ka.") || field.starts_with("jevt.") || field.starts_with("json.");
}

}  // namespace

Place RuleCompiler::Context::place(std::size_t offset) const {
    const auto& origin = expanded.origin;
    if (origin.empty()) return source.place(0);
    if (offset < origin.size()) return source.place(origin[offset]);
    auto out = source.place(origin.back());  // behind the last character
    ++out.column;
    return out;
}

RuleCompiler::RuleCompiler(const Items& items, FieldTable& fields, Diagnostics& diagnostics)
    : items_{items}, fields_{fields}, diagnostics_{diagnostics}, lists_{items}, macros_(items.macros.size()) {}

std::vector<std::optional<NodeId>> RuleCompiler::compile() {
    for (const auto& [list, item] : lists_.not_expanded()) {
        const auto& at = items_.lists[list];
        diagnostics_.warning(
            at.place, subject_of("list", at.name),
            fmt::format("{} is a list within a list within this one, and stays a plain word there", quoted(item)));
    }
    parse_macros();
    resolve_macros();
    std::vector<std::optional<NodeId>> out;
    out.reserve(items_.rules.size());
    for (const auto& rule : items_.rules) {
        out.push_back(too_much_ ? std::nullopt : compile_rule(rule));
        if (formulas_.full() && !too_much_) {
            too_much_ = true;
            diagnostics_.error(rule.place, subject_of("rule", rule.name), "the rules are too large altogether");
        }
    }
    if (!diagnostics_.failed()) warn_unused();
    return out;
}

bool RuleCompiler::parse(const SourceText& source, const std::string& subject, const Place& place,
                         ExpandedText& expanded, Condition& out) {
    if (!lists_.expand(source.text(), expanded)) {
        diagnostics_.error(place, subject, "the condition is too long once its lists are put in");
        return false;
    }
    ConditionError error;
    out = parse_condition(expanded.text, error);
    if (error.text.empty()) return true;
    const Context context{.source = source, .expanded = expanded, .subject = subject, .falco_compat = false};
    diagnostics_.error(context.place(error.offset), subject, error.text);
    return false;
}

void RuleCompiler::parse_macros() {
    for (std::size_t i = 0; i < macros_.size(); ++i) {
        const auto& item = items_.macros[i];
        auto& macro = macros_[i];
        macro.broken =
            !parse(item.condition, subject_of("macro", item.name), item.place, macro.expanded, macro.condition);
    }
}

std::optional<std::size_t> RuleCompiler::macro_named(const std::string& name) const {
    const auto found = items_.macro_by_name.find(name);
    return found == items_.macro_by_name.end() ? std::nullopt : std::optional{found->second};
}

// What macros mean, each after those it uses: no recursion, and a loop is found.
void RuleCompiler::resolve_macros() {
    for (std::size_t i = 0; i < macros_.size(); ++i) {
        // Falco: a macro sees those whose first definition stands before its own last change.
        const auto& item = items_.macros[i];
        for (const auto& step : macros_[i].condition.steps) {
            if (step.kind != Step::Kind::kMacro) continue;
            const auto& name = macros_[i].condition.macros[step.index];
            const auto used = macro_named(name);
            if (used && items_.macros[*used].index < item.visibility) continue;
            const Context context{.source = item.condition,
                                  .expanded = macros_[i].expanded,
                                  .subject = "",
                                  .falco_compat = item.falco_compat};
            diagnostics_.error(context.place(step.offset), subject_of("macro", item.name),
                               used ? fmt::format("the macro {} is defined only later", quoted(name))
                                    : fmt::format("there is no macro {}", quoted(name)));
            macros_[i].broken = true;
        }
    }
    std::vector<std::uint8_t> state(macros_.size());  // 1: on the path, 2: done
    struct Visit {
        std::size_t macro;
        std::size_t next;
    };
    std::vector<Visit> path;
    for (std::size_t i = 0; i < macros_.size(); ++i) {
        if (state[i] == 0) path.push_back({i, 0});
        state[i] = state[i] == 0 ? 1 : state[i];
        while (!path.empty()) {
            auto& visit = path.back();
            const auto& names = macros_[visit.macro].condition.macros;
            if (visit.next == names.size()) {
                state[visit.macro] = 2;
                path.pop_back();
                continue;
            }
            const auto used = macro_named(names[visit.next++]);
            if (!used || state[*used] == 2) continue;
            if (state[*used] == 1) {
                const auto& item = items_.macros[visit.macro];
                diagnostics_.error(
                    item.place, subject_of("macro", item.name),
                    fmt::format("uses itself by way of the macro {}", quoted(items_.macros[*used].name)));
                for (const auto& on_path : path) macros_[on_path.macro].broken = true;
                continue;
            }
            state[*used] = 1;
            path.push_back({*used, 0});
        }
    }
}

RuleCompiler::Outcome RuleCompiler::macro_node(const std::string& name, NodeId& out) {
    const auto root = macro_named(name);
    if (!root) return Outcome::kFailed;
    // Those it needs first: a stack, since the loops are known to be broken.
    std::vector<std::size_t> stack{*root};
    while (!stack.empty()) {
        const auto i = stack.back();
        auto& macro = macros_[i];
        if (macro.broken) return Outcome::kFailed;
        bool ready = !macro.node;
        if (ready) {
            for (const auto& used : macro.condition.macros) {
                const auto inner = macro_named(used);
                if (!inner || macros_[*inner].broken) return Outcome::kFailed;
                if (macros_[*inner].node) continue;
                stack.push_back(*inner);
                ready = false;
            }
        }
        if (!macro.node && !ready) continue;
        stack.pop_back();
        macro.used = true;
        if (macro.node) continue;
        const auto& item = items_.macros[i];
        const Context context{.source = item.condition,
                              .expanded = macro.expanded,
                              .subject = subject_of("macro", item.name),
                              .falco_compat = item.falco_compat};
        NodeId node{};
        if (build(macro.condition, context, node) != Outcome::kDone) {
            macro.broken = true;
            return Outcome::kFailed;
        }
        macro.node = node;
    }
    out = *macros_[*root].node;
    return Outcome::kDone;
}

// False: left out, with a warning or an error.
bool RuleCompiler::our_source(const RuleItem& rule) {
    if (rule.source == kSource) return true;
    const auto subject = subject_of("rule", rule.name);
    if (rule.source != "syscall") {
        diagnostics_.warning(rule.place, subject,
                             fmt::format("unknown source {}, the rule is left out", quoted(rule.source)));
        return false;
    }
    ExpandedText expanded;
    Condition condition;
    if (!parse(rule.condition, subject, rule.place, expanded, condition)) return false;
    for (const auto& check : condition.checks) {
        if (!ours(check.left.name)) continue;
        const Context context{.source = rule.condition, .expanded = expanded, .subject = subject, .falco_compat = true};
        diagnostics_.error(context.place(check.left.offset), subject,
                           fmt::format("{} is a field of k8s_audit and this rule is for system calls; write "
                                       "`source: k8s_audit`",
                                       quoted(check.left.name)));
        return false;
    }
    diagnostics_.warning(rule.place, subject, "a rule for system calls, left out; rules here have `source: k8s_audit`");
    return false;
}

void RuleCompiler::check_exception_fields(const RuleItem& rule) {
    for (const auto& exception : rule.exceptions) {
        if (!exception.values.empty()) continue;  // then its fields are in the condition
        const auto check = [&](const ExceptionEntry& entry) {
            ConditionError error;
            const auto condition = parse_condition(entry.item + " exists", error);
            CheckProblem problem;
            CheckProblem warning;
            if (error.text.empty() && condition.checks.size() == 1) {
                make_check(condition.checks.front(), rule.falco_compat, fields_, problem, warning);
            } else {
                problem.text = fmt::format("expected a field, not {}", quoted(entry.item));
            }
            if (!problem.text.empty()) {
                diagnostics_.error(entry.place, subject_of("rule", rule.name), problem.text);
            }
        };
        if (!exception.fields.is_list) check(exception.fields);
        std::ranges::for_each(exception.fields.items, check);
    }
}

std::optional<NodeId> RuleCompiler::compile_rule(const RuleItem& rule) {
    if (!our_source(rule)) return std::nullopt;
    check_exception_fields(rule);
    const auto subject = subject_of("rule", rule.name);
    const auto source = with_exceptions(rule, diagnostics_);
    ExpandedText expanded;
    Condition condition;
    if (!parse(source, subject, rule.place, expanded, condition)) return std::nullopt;
    const Context context{.source = source,
                          .expanded = expanded,
                          .subject = subject,
                          .falco_compat = rule.falco_compat,
                          .skip_if_unknown = rule.skip_if_unknown};
    NodeId out{};
    if (build(condition, context, out) != Outcome::kDone) return std::nullopt;
    return out;
}

RuleCompiler::Outcome RuleCompiler::build(const Condition& condition, const Context& context, NodeId& out) {
    std::vector<NodeId> stack;
    for (const auto& step : condition.steps) {
        NodeId node{};
        if (step.kind == Step::Kind::kCheck) {
            const auto outcome = leaf(condition.checks[step.index], context, node);
            if (outcome != Outcome::kDone) return outcome;
        } else if (step.kind == Step::Kind::kMacro) {
            const auto& name = condition.macros[step.index];
            if (!macro_named(name)) {
                diagnostics_.error(context.place(step.offset), context.subject,
                                   fmt::format("there is no macro {}", quoted(name)));
                return Outcome::kFailed;
            }
            const auto outcome = macro_node(name, node);
            if (outcome != Outcome::kDone) return outcome;
        } else if (step.kind == Step::Kind::kNot) {
            node = formulas_.negated(stack.back());
            stack.pop_back();
        } else {
            const auto kind = step.kind == Step::Kind::kAnd ? Node::Kind::kAnd : Node::Kind::kOr;
            const auto first = stack.size() - step.index;
            node = formulas_.joined(kind, std::span{stack}.subspan(first));
            stack.resize(first);
        }
        stack.push_back(node);
    }
    out = stack.back();
    return Outcome::kDone;
}

RuleCompiler::Outcome RuleCompiler::leaf(const CheckText& text, const Context& context, NodeId& out) {
    CheckProblem error;
    CheckProblem warning;
    auto check = make_check(text, context.falco_compat, fields_, error, warning);
    if (!check) {
        const bool unknown_field = error.offset == text.left.offset;
        if (context.skip_if_unknown && unknown_field) {
            diagnostics_.warning(context.place(error.offset), context.subject, error.text + "; the rule is left out");
            return Outcome::kSkip;
        }
        diagnostics_.error(context.place(error.offset), context.subject, error.text);
        return Outcome::kFailed;
    }
    if (!warning.text.empty()) {
        diagnostics_.warning(context.place(warning.offset), context.subject, warning.text);
    }
    if (const auto known = constant(text)) {
        out = *known ? kAlways : kNever;
        return Outcome::kDone;
    }
    // An absent field differs from nothing: `!=` is `exists and not =`.
    std::vector<NodeId> parts;
    if (text.op == Operator::kNotEqual) {
        for (const auto* use : {&check->left, check->right ? &*check->right : nullptr}) {
            if (!use) continue;
            Check exists;
            exists.left = *use;
            auto spelling = spell(exists, fields_);
            parts.push_back(formulas_.add(std::move(exists), std::move(spelling)));
        }
    }
    auto spelling = spell(*check, fields_);
    out = formulas_.add(std::move(*check), std::move(spelling));
    if (text.op != Operator::kNotEqual) return Outcome::kDone;
    parts.push_back(formulas_.negated(out));
    out = formulas_.joined(Node::Kind::kAnd, parts);
    return Outcome::kDone;
}

void RuleCompiler::warn_unused() {
    for (std::size_t i = 0; i < macros_.size(); ++i) {
        // One that only an unused one uses counts as used, as in Falco.
        for (const auto& name : macros_[i].condition.macros) {
            if (const auto used = macro_named(name)) macros_[*used].used = true;
        }
    }
    for (std::size_t i = 0; i < macros_.size(); ++i) {
        const auto& item = items_.macros[i];
        if (!macros_[i].used) diagnostics_.warning(item.place, subject_of("macro", item.name), "nothing uses it");
    }
    for (std::size_t i = 0; i < items_.lists.size(); ++i) {
        const auto& item = items_.lists[i];
        if (!lists_.used(i)) diagnostics_.warning(item.place, subject_of("list", item.name), "nothing uses it");
    }
}

}  // namespace auditfwd::detection
