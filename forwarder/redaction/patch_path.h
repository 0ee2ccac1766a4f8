// Where in an object an operation of a JSON Patch writes: RFC 6901, `~0` and `~1` included. Pure.
#pragma once

#include <string_view>

#include "forwarder/redaction/body_context.h"

namespace auditfwd {

struct PatchPath {
    bool readable = false;  // it is a string
    bool secret = false;    // what is there is a secret as a whole
    bool holds = false;     // a Secret's data is there, or below
};

// `raw` is the string with its quotes.
PatchPath read_patch_path(std::string_view raw, const BodyContext& context);

}  // namespace auditfwd
