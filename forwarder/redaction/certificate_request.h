// Certificate requests (PKCS #10): public, but for a challenge password some of them hold. Pure.
#pragma once

#include <string_view>

namespace auditfwd {

// Of a request in PEM, its line breaks as they are or as JSON escapes. True as well when it cannot be read.
bool may_hold_challenge(std::string_view pem);

}  // namespace auditfwd
