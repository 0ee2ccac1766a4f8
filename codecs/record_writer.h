// Renders an event, with its cuts and replacements, as the one line its record is.
//
//   {"kind":"Event","apiVersion":"audit.k8s.io/v1",…the event's own text, untouched parts byte for
//   byte…,"auditfwd":{…}}
//
// Last gate: nothing leaves it that is not RFC 8259 on one line. Pure; one per body, thread: its own.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "codecs/body_edits.h"
#include "codecs/edits.h"
#include "codecs/event.h"
#include "codecs/record.h"

namespace auditfwd {

// Who sent a body; the names go into every record of it.
struct RecordOrigin {
    std::string_view cluster;
    std::string_view source;
    std::string_view peer;  // authenticated name; empty when none
    bool trusted = false;   // another auditfwd: its `auditfwd` member is merged, not removed as forged
};

// The rules that fired on an event, as its record names them.
struct Detected {
    Removed names;                        // most severe first
    Removed tags;                         // sorted
    Priority priority = Priority::kNone;  // the highest

    bool empty() const { return names.empty(); }
};

// What was decided about an event.
struct Verdict {
    Level level = Level::kMetadata;      // never above the event's
    std::uint32_t rule = 0;              // from 1; 0: none
    bool unreadable = false;             // it could not be decided on
    const Detected* detected = nullptr;  // null, or not empty
};

class RecordWriter {
public:
    explicit RecordWriter(const RecordOrigin& origin);

    // Appends the record and its newline to `out`. False, with nothing appended: what would be kept is malformed. Adds
    // its own to the event's edits, which are of no further use then.
    //
    // An `auditfwd` member from a trusted source stays as it is; what it lacks is added, its lists are joined;
    // `outputs`, the texts that rules rendered, go when anything goes.
    bool write(Event& event, Edits& edits, Removed& removed, const Verdict& verdict, BodyEditor& editor,
               std::string& out, RecordFacts& facts);

    // A part of a split record, from a trusted source: it passes whole, whatever the policy.
    bool is_part(const Event& event, BodyEditor& editor) const;
    bool write_whole(const Event& event, BodyEditor& editor, std::string& out, RecordFacts& facts) const;

private:
    void edit_head(Event& event, Level level, Edits& edits);
    void append_ours(const Event& event, const Removed& removed, const Verdict& verdict, std::string& out) const;
    void append_merged(const Event& event, const Removed& removed, const Verdict& verdict,
                       std::span<const ObjectMember> theirs, std::string& out) const;

    struct Name {
        std::string_view name;
        std::string member;  // whole, with a comma behind it; empty when there is nothing to say
    };
    const bool trusted_;
    const std::array<Name, 3> names_;  // cluster, source, peer
    std::string ours_;                 // how our member begins: with these
    std::string head_;                 // how a record begins: with what the event lacks
    unsigned head_missing_ = ~0u;      // what head_ was made for
    const char* head_version_ = nullptr;
    std::array<ObjectMember, 32> theirs_;
};

}  // namespace auditfwd
