// When an event happened, as rules and outputs print it. Pure. Times are UTC.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "codecs/event.h"
#include "forwarder/detection/fields/catalogue.h"

namespace auditfwd {

// Of the stage, in nanoseconds since 1970. 1 when it cannot be read: rules use `jevt.rawtime exists` and
// `jevt.rawtime = 0` as the constants true and false.
std::int64_t event_time_ns(const Event& event);

using TimeText = std::array<char, 48>;
// `reading` is one of those of a time. The text lies in `buffer`.
std::string_view time_text(Reading reading, std::int64_t time_ns, TimeText& buffer);

}  // namespace auditfwd
