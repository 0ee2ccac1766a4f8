// What a policy is asked about an event.
#pragma once

#include "codecs/event.h"
#include "forwarder/policy/policy.h"

namespace auditfwd {

inline RequestFacts request_facts(const Event& event) {
    return {.stage = event.stage,
            .request_uri = event.request_uri,
            .verb = event.verb,
            .user_name = event.user_name,
            .groups = event.groups,
            .has_user = event.has_user};
}

}  // namespace auditfwd
