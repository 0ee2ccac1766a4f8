// Every field a rule can name: what it is read from, and how. README.md of this room has the rules.
//
// Immutable; thread: any.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "forwarder/detection/field.h"

namespace auditfwd {

// How a field's values come from what stands at its path. Those above kOfAnyEvent exist for events with an auditID
// only.
enum class Reading : std::uint8_t {
    kText,          // the value at the path
    kElements,      // the elements of the array at the path
    kVisits,        // the values at the path through every array on the way; misses are passed over
    kVisitsOfAll,   // the same, absent as a whole if one is missing
    kFirst,         // the value at the path through the first element of every array
    kRepositories,  // kVisitsOfAll, each cut to the image's repository
    kFirstRepository,
    kFlattened,    // kVisits of arrays: their elements
    kJoined,       // kVisits of arrays of strings: each joined with blanks
    kHostPorts,    // hostPort, or else containerPort, of kVisits of arrays
    kEffective,    // kVisits, the value beside the list where one is missing, else 0
    kPrivileged,   // whether one of kVisits is true
    kMemberNames,  // of kVisits: names of their members but `name`
    kSubjects,     // names of subjects of a kind
    kSubjectsWithNamespace,
    kHostPath,      // whether the argument is the first volume's host path, or a prefix of it
    kTargetPod,     // the response's name when the request was about a pod
    kUriParameter,  // of requestURI
    kTrue,
    kOfAnyEvent,
    kPointer = kOfAnyEvent,  // the argument is a JSON pointer
    kPretty,                 // the event, indented
    kWhole,                  // the event as it was received
    kSource,
    kPlugin,
    kHost,
    kFalse,
    kNever,  // known, but without a value here
    kTime,
    kTimeSeconds,
    kTimeIso,
    kDateTime,
    kDateTimeSeconds,
    kRawTime,
    kRawTimeSeconds,
    kRawTimeFraction
};

enum class ArgumentKind : std::uint8_t { kNone, kIndex, kKey };  // kIndex may be left out, kKey must not

struct FieldEntry {
    std::string_view name;
    Reading reading = Reading::kText;
    std::string_view path = {};  // keys with a blank between them
    ArgumentKind argument = ArgumentKind::kNone;
    bool is_list = false;
    std::string_view word = {};  // a kind of subject
};

// Null when there is no such field.
const FieldEntry* find_field(std::string_view name);

// All of them, for listings and tests; those of the three kinds of containers are entries of their own.
std::span<const FieldEntry> all_fields();

}  // namespace auditfwd
