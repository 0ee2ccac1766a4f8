// Any JSON object as an Event, made the plain way: also what intake would refuse (no auditID, members of wrong types).
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codecs/event.h"

namespace auditfwd {

class PlainEvent {
public:
    // `text` outlives it, with one readable byte behind it.
    explicit PlainEvent(std::string_view text);
    PlainEvent(const PlainEvent&) = delete;

    // Null when the text is no object.
    const Event* event() const { return good_ ? &event_ : nullptr; }

private:
    Event event_;
    std::array<Member, 512> members_;
    bool good_ = false;
};

}  // namespace auditfwd
