// What must hold between options, and what follows from them.
#pragma once

#include "forwarder/config/config.h"
#include "forwarder/config/findings.h"

namespace auditfwd {

// Fills in the values that are derived from others (the sources' clusters and largest bodies, a spool in memory).
void derive(Config& config, const Findings& findings);

// Errors and warnings that no option shows alone. `config` is derived.
void check(const Config& config, Findings& findings);

}  // namespace auditfwd
