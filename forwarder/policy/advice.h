// Rules that load but cannot mean what they say. Nobody else tells: kube-apiserver accepts them in silence.
#pragma once

#include "forwarder/policy/diagnostics.h"
#include "forwarder/policy/matcher.h"
#include "forwarder/policy/rules.h"

namespace auditfwd {

// Warns of rules that never match, because earlier ones leave them nothing or because no request is like that, and of
// wildcards where there are none. Careful: what it says holds, what it does not say may be wrong all the same.
void advise(const RuleSet& set, const Matcher& matcher, Diagnostics& diagnostics);

}  // namespace auditfwd
