// Who signs.
#pragma once

#include <optional>
#include <string>

#include "forwarder/base/clock.h"

namespace auditfwd {

// Never logged, never in an error's message.
struct AwsCredentials {
    std::string access_key;
    std::string secret_key;
    std::string session_token{};        // empty: long-lived keys
    std::optional<WallTime> expires{};  // nothing: never
};

}  // namespace auditfwd
