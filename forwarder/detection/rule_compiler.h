// From items to formulas: lists are put in, macros resolved, names given their meaning.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "forwarder/detection/expand.h"
#include "forwarder/detection/formula.h"
#include "forwarder/detection/rule_items.h"

namespace auditfwd::detection {

class RuleCompiler {
public:
    RuleCompiler(const Items& items, FieldTable& fields, Diagnostics& diagnostics);

    // Of each rule: its formula; none when it is left out (another source, an unknown field it says to skip for).
    std::vector<std::optional<NodeId>> compile();
    Formulas take() { return std::move(formulas_); }

private:
    struct Context {
        const SourceText& source;
        const ExpandedText& expanded;
        std::string subject;
        bool falco_compat;
        bool skip_if_unknown = false;

        Place place(std::size_t offset) const;
    };
    struct Macro {
        Condition condition;
        ExpandedText expanded;
        bool broken = false;
        bool used = false;
        std::optional<NodeId> node;
    };
    enum class Outcome { kDone, kSkip, kFailed };

    void parse_macros();
    void resolve_macros();
    std::optional<std::size_t> macro_named(const std::string& name) const;
    bool parse(const SourceText& source, const std::string& subject, const Place& place, ExpandedText& expanded,
               Condition& out);
    std::optional<NodeId> compile_rule(const RuleItem& rule);
    bool our_source(const RuleItem& rule);
    void check_exception_fields(const RuleItem& rule);
    Outcome build(const Condition& condition, const Context& context, NodeId& out);
    Outcome leaf(const CheckText& text, const Context& context, NodeId& out);
    Outcome macro_node(const std::string& name, NodeId& out);
    void warn_unused();

    const Items& items_;
    FieldTable& fields_;
    Diagnostics& diagnostics_;
    Lists lists_;
    Formulas formulas_;
    std::vector<Macro> macros_;
    bool too_much_ = false;
};

}  // namespace auditfwd::detection
