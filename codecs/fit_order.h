// What goes first when a record is too large: the order of FITTING.md, as a table.
//
// Every member of a record has a rule: the step with which it goes, and perhaps an earlier one with which it becomes
// shorter. A step removes all that is its own; steps are taken in order until the record fits. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "forwarder/base/limits.h"

namespace auditfwd {

enum class FitStep : std::uint8_t {
    kNone,
    kManagedFields,   // metadata.managedFields of objects in bodies
    kLastApplied,     // the annotation with the last applied configuration there
    kItemDetails,     // of the response's items all but what names them
    kItems,           // the response's items, as many as must
    kResponseObject,  //
    kRequestStrings,  // long strings in the request's body become short
    kRequestObject,   //
    kUnknown,         // members that no audit event has, second occurrences, wrong types
    kLongNames,       // what is always kept becomes short where it is long
    kAnnotations,     // all but the decision
    kUriQuery,        // and what is long of the path
    kUserExtra,       //
    kUserAgent,       // what is long of it
    kGroups,          // of the user
    kSourceIps,       // all but the first and the last
    kImpersonated,    // groups and extra of the impersonated user
    kStatusDetails,   // message and details of the response's status
    kOurs,            // outputs and tags of detections, and the names of what was removed
    kLast,            // everything that is not guaranteed
    kNever
};
inline constexpr std::size_t kFitSteps = static_cast<std::size_t>(FitStep::kNever);  // kNone among them

// "managed_fields"; for metric labels.
std::string_view to_string(FitStep step);

// Where a member stands.
enum class FitPlace : std::uint8_t {
    kNone,  // somewhere below what the order knows
    kDocument,
    kEvent,
    kUser,
    kImpersonatedUser,
    kObjectRef,
    kStatus,
    kAnnotations,
    kOurs,
    kSourceIps,
    kDetections,
    kBody,
    kItems,
    kItem,
    kRows,
    kRow,
    kBodyMetadata,
    kItemMetadata,
    kBodyAnnotations,  // of an object in a body
};

// Bytes, as encoded, that are kept of a guaranteed string that is long, of words and numbers that never are, and of a
// path.
inline constexpr std::size_t kNameBytesKept = 256;
inline constexpr std::size_t kWordBytesKept = 32;
inline constexpr std::size_t kNumberBytesKept = 16;
inline constexpr std::size_t kPathBytesKept = 1024;
// Entries of detections that are kept; behind them may stand "+N".
inline constexpr std::size_t kDetectionsKept = limits::kRecordListMax;

struct FitRule {
    FitStep goes = FitStep::kNever;
    FitStep shortens = FitStep::kNever;
    std::uint16_t keeps = 0;            // bytes of its content from `shortens` on
    FitPlace inside = FitPlace::kNone;  // where its own members stand
    bool rewritten = false;             // goes because another is written in its place
    std::int8_t index = -1;             // among the known names of its place; -1: none of them
    std::uint8_t name_bytes = 0;        // of the known name
};
static_assert(sizeof(FitRule) == 8);  // a register: there is one for every member

// The known name of a member that has an index.
std::string_view name_of(FitPlace place, const FitRule& rule);

// Of a member of an object at `place`, whose value begins with `first`. `key` is its content; `text_end` the end of the
// readable text around it. `response`: the body is the response's.
FitRule rule_of_member(FitPlace place, std::string_view key, char first, bool response, const char* text_end);
// Of the element `index` of an array at `place`.
FitRule rule_of_element(FitPlace place, std::size_t index, char first, bool response);

// The same for a name that was there before in the same object.
FitRule rule_of_repeated(FitPlace place, const FitRule& rule);

}  // namespace auditfwd
