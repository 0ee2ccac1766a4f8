// Looks into members of an event: cuts parts out of them, and checks what the reader left unchecked.
#pragma once

#include <span>
#include <string_view>

#include "codecs/edits.h"
#include "codecs/event.h"
#include "codecs/json_tokens.h"

namespace auditfwd {

struct ObjectMember {
    std::string_view key;    // content of the string, as it stands
    std::string_view value;  // raw
};

// One per pipeline: an index of its own, since the reader's stands in the middle of the body.
class BodyEditor {
public:
    explicit BodyEditor(std::size_t window) : tokens_{window} {}

    // Each returns false when the member is not RFC 8259 where that matters: the event is to be rejected as malformed.

    // The annotations that hold a patch, if `patches`; second occurrences of the decision in any case.
    bool cut_annotations(Event& event, bool patches, Edits& edits, Removed& removed);
    // metadata.managedFields of the member's object, of each of its items, and of the object of each of its rows.
    // Checks the member besides. When edits are full, or it fails, what was found is of no use.
    bool cut_managed_fields(Event& event, Member& member, Edits& edits, Removed& removed);
    // The member as a whole: afterwards it is not unchecked.
    bool check(Event& event, Member& member);
    // Any text, whole.
    bool check(std::string_view text);

    // The members of an object, the first of each name; nothing when it is malformed or has more than fit.
    // `spaced` is set when white space stands between its tokens.
    std::size_t members_of(std::string_view object, std::span<ObjectMember> out, bool& spaced);

private:
    template <class Visitor>
    bool walk(Event& event, Member& member, Visitor& visitor);
    template <class Visitor>
    bool walk_text(std::string_view text, Visitor& visitor, bool& spaced);

    JsonTokens tokens_;
};

}  // namespace auditfwd
