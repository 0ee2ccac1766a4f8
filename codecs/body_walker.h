// Finds the items of a body: which document is an EventList, an array, an Event; where each item begins, where lines
// end. Part of EventReader, which looks into the items.
#pragma once

#include <cstdint>
#include <string_view>

#include "codecs/event_walker.h"
#include "codecs/framing.h"
#include "codecs/json_tokens.h"
#include "forwarder/base/result.h"

namespace auditfwd {

class BodyWalker {
public:
    enum class Found {
        kNothing,  // yet: ask again
        kObject,   // tokens stand at an object: an event, or none
        kOther,    // tokens stand at something else
        kBadLine,  // [begin(), end()) of a line is not JSON; nothing to take
        kEnd
    };

    BodyWalker(std::string_view body, Framing framing, JsonTokens& tokens, EventWalker& events);

    // After kObject and kOther the caller moves the tokens behind the item, then calls item_taken(), or bad_item() when
    // the item does not close or junk follows it on its line. Fails when the body is refused.
    Result<Found> next();
    void item_taken(std::uint32_t end);
    Result<Found> bad_item(std::uint32_t at);

    // The item, up to `end`, is a document on a line, and more than white space follows there.
    bool line_has_more(std::uint32_t end) {
        return lines_ && place_ == Place::kDocument && (tokens_.ready() || !is_gap(body_.data(), end, limit_));
    }

    std::uint32_t begin() const { return begin_; }
    std::uint32_t end() const { return end_; }      // after kBadLine
    std::uint32_t limit() const { return limit_; }  // no item reaches behind it: the line's end, or the body's
    // The apiVersion of the list, as far as it was seen before its items; raw, with quotes; empty: none.
    std::string_view list_version() const { return place_ == Place::kItems ? list_version_ : std::string_view{}; }

private:
    enum class Place { kDocument, kItems };
    enum class Kind { kEvent, kList, kListEnd, kMember, kOther, kFault };

    bool next_line();
    char token();
    void take_token();
    Result<Found> document();
    Result<Found> object_document();
    Result<Found> single_document(Found found);
    Result<Found> item();
    bool begins_as_event() const;
    Kind list_members(bool behind_items);
    Kind list_member(std::string_view name, bool behind_items);
    Result<Found> fault(std::uint32_t at, std::string_view what);
    void document_ends(std::uint32_t end);
    void go_on_by_lines(std::uint32_t from);
    bool next_line_opens_object() const;
    bool has_newline(std::uint32_t begin, std::uint32_t end) const;

    const std::string_view body_;
    JsonTokens& tokens_;
    EventWalker& events_;
    bool lines_;
    Place place_ = Place::kDocument;
    bool list_ = false;            // the items are an EventList's, not an array's
    bool list_kind_seen_ = false;  // "kind":"EventList" was there
    bool items_seen_ = false;
    bool items_begin_ = false;  // no comma is due
    bool first_document_ = true;
    bool line_taken_ = false;  // its document has ended
    std::string_view list_version_;
    std::uint32_t begin_ = 0;
    std::uint32_t end_ = 0;
    std::uint32_t document_ = 0;  // where it begins
    std::uint32_t last_ = 0;      // behind the last token taken, and what it opened
    std::uint32_t line_begin_ = 0;
    std::uint32_t line_ = 0;  // where the next line begins
    std::uint32_t limit_ = 0;
    std::uint64_t items_ = 0;
};

}  // namespace auditfwd
