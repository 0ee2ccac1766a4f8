// Redaction: removal of secret values inside what an event's level keeps. README.md of this room says what goes.
//
// Redaction is what was configured: immutable, shared by all workers, replaced whole on reload. Thread: any.
#pragma once

#include "forwarder/redaction/options.h"
#include "forwarder/redaction/replacement.h"
#include "forwarder/redaction/rules.h"

namespace auditfwd {

struct Redaction {
    RedactionMode mode = RedactionMode::kStandard;
    Replacement replacement{};
    RedactionRules rules{};
};

}  // namespace auditfwd
