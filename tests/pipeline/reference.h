// The pipeline the plain way: one event split, decided and put together again with std::string, slowly and obviously.
// What it expects byte for byte of the real one.
#pragma once

#include <string>
#include <string_view>

#include "codecs/event_reader.h"
#include "forwarder/policy/policy.h"

namespace auditfwd::plain {

struct Outcome {
    enum class Kind { kStored, kDropped, kRejected };
    Kind kind = Kind::kStored;
    Rejection reason = Rejection::kMalformed;
    std::string record;  // without its newline
};

// `item` is an object whose brackets are balanced and strings closed. Records come from cluster "c", source "s".
Outcome expect(std::string_view item, const Policy& policy);

}  // namespace auditfwd::plain
