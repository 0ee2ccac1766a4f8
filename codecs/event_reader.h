// Walks a received body item by item, without building a tree and without allocating per event.
//
//   body ──EventReader──▶ Event (a view) ──policy, redaction──▶ edits ──RecordWriter──▶ one line of NDJSON
//
// A body is an EventList, an Event, an array of events, or NDJSON: one of these a line. Keys come in any order, `kind`
// and `apiVersion` may be absent, white space may be anywhere JSON allows it. README.md of this room has the rules.
//
// What is promised of an Event: its members' bounds are certain; what the forwarder reads of it (event.h) follows RFC
// 8259; everything else it keeps is checked before it becomes a record, at the latest by RecordWriter. What is dropped
// needs only closed strings and as many closing as opening brackets.
//
// Memory: `window` bytes of text are indexed at a time (4 bytes for each), inside one huge event too. Everything else
// is bounded by constants below, whatever the body. Owner and thread: whoever made it.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "codecs/event.h"
#include "codecs/framing.h"
#include "codecs/json_scan.h"
#include "forwarder/base/result.h"
#include "forwarder/base/units.h"

namespace auditfwd {

// Why an item is no audit event. Fixed words, for metric labels and messages.
enum class Rejection : std::uint8_t {
    kSyntax,          // "syntax": a line that is not JSON
    kMalformed,       // "malformed": its bounds are certain, but text that would be kept is not RFC 8259
    kNotAnObject,     // "not an object"
    kWrongKind,       // "wrong kind": its kind or apiVersion names something else
    kMissingAuditId,  // "missing auditID": absent, empty, or not a string
    kUnknownStage,    // "unknown stage"
    kWrongType,       // "wrong type": a member the forwarder reads is of another type
    kTooManyMembers,  // "too many members": of the event itself, or duplicates to remove
    kTooLarge,        // "too large": above limits::kRecordBytesMax
};
inline constexpr std::size_t kRejections = 9;
std::string_view to_string(Rejection reason);

struct Item {
    enum class Kind { kEvent, kRejected, kEnd };
    Kind kind = Kind::kEnd;
    Rejection reason = Rejection::kSyntax;  // of a rejected one
    std::uint64_t number = 0;               // from 0, rejected items count
    std::size_t begin = 0;                  // in the body
    std::size_t bytes = 0;
};

class EventReader {
public:
    static constexpr std::size_t kWindow = 8_KiB;
    static constexpr std::size_t kMembersMax = 512;             // of one event
    static constexpr std::size_t kGroupsMax = 4096;             // more: the user counts as unreadable
    static constexpr std::size_t kUnescapedBytesMax = 128_KiB;  // of all strings read of one event; more: unreadable
    static constexpr std::size_t kRepairGrowthMax = 64_KiB;     // of one event; more: its bodies go

    // `body` outlives the reader. `window` is a multiple of 64.
    EventReader(std::string_view body, Framing framing, std::size_t window = kWindow,
                const ScanKernel& kernel = scan_kernel());
    ~EventReader();

    // The next item. Fails with kInvalid when the body (not NDJSON) is not JSON or no kind of audit event; the message
    // has the position and quotes nothing; with kTooLarge above 4 GiB. After either, or the end, it is over.
    Result<Item> next();

    // Of the last item of kind kEvent. Policy and redaction mark members as cut.
    Event& event();
    // What goes inside members: begun by the reader (duplicates), policy and redaction add theirs.
    Edits& edits();
    // Names of what was cut, members and parts of them alike.
    Removed& removed();
    // The event in hand is done with: gives back what memory it needed beyond the usual.
    void release();

    // How far into the body it is: a measure of work done.
    std::size_t position() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace auditfwd
