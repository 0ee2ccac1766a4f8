// What a policy file gives, for tests of loading.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "forwarder/policy/diagnostics.h"
#include "forwarder/policy/loader.h"

namespace auditfwd {

struct LoadOutcome {
    RuleSet set;
    std::vector<std::string> errors;
    std::vector<std::string> warnings;

    bool ok() const { return errors.empty(); }
};

inline LoadOutcome load_outcome(std::string_view text, bool lenient = false) {
    Diagnostics diagnostics{"p.yaml"};
    auto set = load_rules(text, lenient, diagnostics);
    return {std::move(set), diagnostics.errors(), diagnostics.warnings()};
}

// A policy with one rule at Metadata; `members` are indented lines of that rule, from line 5 on.
inline std::string policy_with(std::string_view members) {
    return "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: Metadata\n" + std::string{members};
}

}  // namespace auditfwd
