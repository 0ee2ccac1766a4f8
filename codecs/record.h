// Words about one rendered event that later steps read without parsing it again.
#pragma once

#include <cstdint>
#include <string_view>

namespace auditfwd {

// audit.k8s.io/v1, ordered: a policy may only lower an event's level.
enum class Level : std::uint8_t { kNone, kMetadata, kRequest, kRequestResponse };
enum class Stage : std::uint8_t { kRequestReceived, kResponseStarted, kResponseComplete, kPanic };

// What a sink's `select` may ask for without opening the record.
enum class VerbClass : std::uint8_t { kOther, kGet, kList, kWatch, kCreate, kUpdate, kPatch, kDelete };
enum class CodeClass : std::uint8_t { kNone, k1xx, k2xx, k3xx, k4xx, k5xx };

// Falco's priorities, most severe first. kNone: nothing was detected.
enum class Priority : std::uint8_t {
    kEmergency,
    kAlert,
    kCritical,
    kError,
    kWarning,
    kNotice,
    kInformational,
    kDebug,
    kNone
};

// A record's number in its spool. From 1, ascending, never reused; gaps are possible after a crash.
enum class Offset : std::uint64_t {};
constexpr std::uint64_t number(Offset offset) { return static_cast<std::uint64_t>(offset); }
constexpr Offset operator+(Offset offset, std::uint64_t n) { return Offset{number(offset) + n}; }

struct OffsetRange {  // both included
    Offset first;
    Offset last;
    std::uint64_t size() const { return number(last) - number(first) + 1; }
};

// One row of a block's table.
struct RecordFacts {
    std::uint32_t bytes = 0;         // of the line, without its newline
    std::int64_t stage_time_ms = 0;  // since 1970; 0 when the event has none that can be read
    Level level = Level::kMetadata;
    VerbClass verb = VerbClass::kOther;
    CodeClass code = CodeClass::kNone;
    Priority priority = Priority::kNone;
    bool operator==(const RecordFacts&) const = default;
};

// A record as delivery and sinks see it; the bytes belong to the block it was read from.
struct RecordView {
    Offset offset;
    std::string_view json;  // without newline
    RecordFacts facts;
    std::uint32_t part = 0;        // of a record that was split, from 1; 0: it is whole
    std::int64_t received_ms = 0;  // since 1970, by this machine; 0 when it is not known
};

std::string_view to_string(Level level);        // "Metadata"
std::string_view to_string(Stage stage);        // "ResponseComplete"
std::string_view to_string(Priority priority);  // "Notice"; "" for kNone

}  // namespace auditfwd
