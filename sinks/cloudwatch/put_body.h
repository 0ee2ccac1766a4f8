// The bytes of a PutLogEvents call, and what its answer says of each event. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sinks/cloudwatch/put_plan.h"

namespace auditfwd {

// What the service counts for each event beside its message.
inline constexpr std::size_t kPutOverheadBytes = 26;
// The most that is spliced into a record.
inline constexpr std::size_t kSpliceBytesMax = std::string_view{R"(,"restamped":"too_old")"}.size();
inline constexpr std::size_t kPutBytesMax = 1'048'576;
inline constexpr std::size_t kPutEventsMax = 10'000;

// {"logGroupName":"…","logStreamName":"…","logEvents":[ — names need no escapes.
void append_head(const PutCall& call, std::string& out);
// One event, with its comma unless it is the first; a time that is not its own is told in auditfwd.restamped.
void append_event(const RecordView& record, const PutEvent& event, bool first, std::string& out);
inline constexpr std::string_view kPutEnd = "]}";

// Of an event, as the service counts.
std::size_t counted_bytes(const RecordView& record, const PutEvent& event);

// Events the service did not store though it took the call; positions in the call's events.
struct PutRejects {
    std::size_t too_old_end = 0;           // these, from the first, without the end
    std::size_t expired_end = 0;           //
    std::size_t too_new_begin = SIZE_MAX;  // these, to the last
    bool readable = true;                  // false: the answer is not what it should be; nothing is known of rejects
};
PutRejects read_rejects(std::string_view answer, std::size_t events);

}  // namespace auditfwd
