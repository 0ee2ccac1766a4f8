// Rules and events of tests: fields of audit events by name, values a test sets.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "forwarder/detection/ruleset.h"
#include "tests/detection/fake_fields.h"

namespace auditfwd {

// A table with the names that the tests' rules use: ka.verb, ka.user.groups (a list), jevt.value[…], …
std::unique_ptr<FakeFieldTable> audit_fields();

// Loads one file; the file is called "rules.yaml".
Result<LoadedRules> load_rules(std::string text);
// The errors, one a line; "" if it loads.
std::string errors_of(std::string text);
// Joined by newlines; the file has to load.
std::string warnings_of(std::string text);

// "- rule: …" with this condition.
std::string rule(std::string_view name, std::string_view condition);

// The names of the rules that match, in order, joined by commas.
std::string detected(const LoadedRules& rules, const FakeEvent& event);
// Whether a rule with this condition matches. The condition has to load.
bool matches(std::string_view condition, const FakeEvent& event);

}  // namespace auditfwd
