// Exceptions of rules: what they look like in a file, and the text they add to a condition.
#pragma once

#include <vector>

#include "forwarder/detection/item_members.h"
#include "forwarder/detection/rule_items.h"

namespace auditfwd::detection {

// The item's key `exceptions`. `appending`: fields may be left out, for an exception the rule has already.
std::vector<ExceptionItem> read_exceptions(ItemMembers& item, bool appending);

// Gives comps their defaults, and looks whether fields and comps belong together.
bool complete_exception(ExceptionItem& exception, ItemMembers& item);

// Appends to a rule's exceptions what an append or override brings.
void append_exceptions(std::vector<ExceptionItem>& to, std::vector<ExceptionItem> from, ItemMembers& item);

// The condition with its exceptions: `(condition) and not (…)`.
SourceText with_exceptions(const RuleItem& rule, Diagnostics& diagnostics);

}  // namespace auditfwd::detection
