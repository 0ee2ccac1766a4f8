// How redaction is configured.
#pragma once

#include <cstdint>

namespace auditfwd {

enum class RedactionMode : std::uint8_t {
    kOff,
    kStandard,  // values known to be secret, and credentials recognised by their form
    kStrict     // everything in a body that is not known to be harmless
};

struct RedactionOptions {
    RedactionMode mode = RedactionMode::kStandard;
};

}  // namespace auditfwd
