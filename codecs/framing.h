// How the items of a body are told apart.
#pragma once

namespace auditfwd {

enum class Framing {
    kAny,    // EventList, Event, array of events, or NDJSON: recognised by content
    kLines,  // NDJSON: a bad line is rejected alone
};

}  // namespace auditfwd
