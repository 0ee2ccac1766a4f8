// What the rules that fired have to say about an event, rendered from its record: what the policy and redaction removed
// cannot come back through an output.
//
// Pure. One worker's, kept from event to event. Used for events on which a rule fired, which are few.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "forwarder/detection/detections.h"
#include "forwarder/detection/fields/event_fields.h"

namespace auditfwd {

class RuleOutputs {
public:
    explicit RuleOutputs(std::shared_ptr<const Detections> detections);

    // One for each of `rules`, in their order; valid until the next call. `record` is a rendered line without its
    // newline; limits::kPadding bytes behind it are readable.
    std::span<const std::string> render(std::string_view record, std::span<const std::uint32_t> rules);

private:
    const std::shared_ptr<const Detections> detections_;
    EventFields fields_;
    std::vector<std::string> outputs_;
};

}  // namespace auditfwd
