// One audit event as it was received: a view that says where everything is and what policy and detection ask for.
//
// Made by EventReader, which owns the tables; the bytes are the body's, or the reader's own where it had to repair
// them. Valid until the reader's next item. Thread: the reader's.
//
// Of two members with the same name (after unescaping) the first counts, for everything read here; the later ones, and
// keys that differ from a known one only in case, are cut and never reach a record.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "codecs/edits.h"
#include "codecs/record.h"

namespace auditfwd {

// Event-level members the forwarder knows by name. Those of audit.k8s.io/v1, then those of older versions, then ours.
enum class Field : std::uint8_t {
    kKind,
    kApiVersion,
    kLevel,
    kAuditId,
    kStage,
    kRequestUri,
    kVerb,
    kUser,
    kImpersonatedUser,
    kAuthenticationMetadata,
    kSourceIps,
    kUserAgent,
    kObjectRef,
    kResponseStatus,
    kRequestObject,
    kResponseObject,
    kRequestReceivedTimestamp,
    kStageTimestamp,
    kAnnotations,
    kMetadata,
    kTimestamp,
    kAuditfwd,
    kOther
};
inline constexpr std::size_t kKnownFields = static_cast<std::size_t>(Field::kOther);

std::string_view to_string(Field field);  // "requestURI"; "" for kOther

// Annotations whose value is a whole JSON Patch.
inline constexpr std::string_view kPatchAnnotation = "patch.webhook.admission.k8s.io/";
inline constexpr std::string_view kDecisionAnnotation = "authorization.k8s.io/decision";

// Members of objectRef, in the order of kReferenceNames.
enum class Reference : std::uint8_t {
    kResource,
    kNamespace,
    kName,
    kUid,
    kApiGroup,
    kApiVersion,
    kResourceVersion,
    kSubresource
};
inline constexpr std::size_t kReferences = 8;

struct Member {
    TextRange key;    // with its quotes
    TextRange value;  // with its quotes or brackets
    Field field = Field::kOther;
    bool cut = false;  // goes: a later or differently written occurrence, nested too deeply; or who decides says so
    bool unchecked = false;  // only its brackets and strings were looked at: it is checked before it becomes a record
};

struct Event {
    std::string_view text;      // "{…}"; ranges count from its first byte
    std::span<Member> members;  // in order
    // Which of `members` is a known field, null included; -1 when absent or cut.
    std::int16_t index[kKnownFields];

    Member* find(Field field) const {
        const auto i = index[static_cast<std::size_t>(field)];
        return i < 0 ? nullptr : &members[static_cast<std::size_t>(i)];
    }
    TextRange of(Reference member) const { return reference[static_cast<std::size_t>(member)]; }
    std::string_view raw(TextRange range) const { return text.substr(range.begin, range.size()); }

    // JSON-unescaped; empty when absent.
    std::string_view audit_id;
    std::string_view request_uri;
    std::string_view verb;
    std::string_view user_name;
    std::span<const std::string_view> groups;
    std::string_view decision;             // annotation authorization.k8s.io/decision: "allow", "forbid" or empty
    std::string_view api_version_of_list;  // raw, with quotes; empty when the list said none (yet)

    bool has_reference = false;        // objectRef is an object, and `reference` says what is in it:
    TextRange reference[kReferences];  // its members' values, raw; empty when absent

    Stage stage = Stage::kResponseComplete;
    Level level = Level::kMetadata;
    int code = 0;                    // responseStatus.code; 0 when absent
    std::int64_t stage_time_ms = 0;  // since 1970; 0 when there is none that can be read
    bool has_user = false;           // see RequestFacts in forwarder/policy/policy.h
    bool readable = true;            // requestURI, verb and user are there and could be read whole
    bool level_known = true;         // false: the level was absent or unknown, and counts as Metadata
    bool repaired = false;           // bytes that are not UTF-8 became U+FFFD
    bool masked = false;             // redaction took something a policy reads: Metadata for whoever decides later
    bool too_deep = false;           // a member nested deeper than limits::kDepthMax was cut
    bool patch_annotations = false;  // an annotation's name begins with kPatchAnnotation
    bool annotations_twice = false;  // the decision is there twice: later ones are to be cut
    bool spaced = false;             // white space outside strings (unchecked members apart): the record is minified
    bool suspect = false;            // some text has a fault: render checks what is left
};

// The cuts that take out the members marked as cut, with their commas.
void cut_members(std::span<const Member> members, Edits& edits);

}  // namespace auditfwd
