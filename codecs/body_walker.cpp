#include "codecs/body_walker.h"

#include <string>

#include "codecs/event_keys.h"
#include "codecs/json_text.h"

namespace auditfwd {

BodyWalker::BodyWalker(std::string_view body, Framing framing, JsonTokens& tokens, EventWalker& events)
    : body_{body}, tokens_{tokens}, events_{events}, lines_{framing == Framing::kLines} {
    limit_ = lines_ ? 0 : static_cast<std::uint32_t>(body.size());
    tokens_.reset(body_.data(), 0, limit_);
}

Result<BodyWalker::Found> BodyWalker::next() {
    for (;;) {
        if (place_ == Place::kItems) {
            TRY(const auto found, item());
            if (found != Found::kNothing) return found;
            continue;
        }
        if (tokens_.ready()) {
            if (lines_ && line_taken_) return fault(tokens_.at(0), "text behind the document");
            TRY(const auto found, document());
            if (found != Found::kNothing) return found;
        } else if (lines_) {
            if (!next_line()) return Found::kEnd;
        } else if (first_document_) {
            return Error{ErrorCode::kInvalid, "the body is empty"};
        } else {
            return Found::kEnd;
        }
    }
}

// False: no line with anything on it is left.
bool BodyWalker::next_line() {
    while (line_ < body_.size()) {
        const auto found = body_.find('\n', line_);
        const auto begin = line_;
        limit_ = static_cast<std::uint32_t>(found == body_.npos ? body_.size() : found);
        line_ = found == body_.npos ? limit_ : limit_ + 1;
        tokens_.reset(body_.data(), begin, limit_);
        line_taken_ = false;
        if (tokens_.ready()) return true;
    }
    return false;
}

Result<BodyWalker::Found> BodyWalker::document() {
    document_ = begin_ = tokens_.at(0);
    switch (body_[document_]) {
        case '[':
            tokens_.take(1);
            list_ = false;
            items_begin_ = true;
            place_ = Place::kItems;
            return Found::kNothing;
        case '{':
            return object_document();
        default:
            return single_document(Found::kOther);
    }
}

Result<BodyWalker::Found> BodyWalker::object_document() {
    if (begins_as_event()) return Found::kObject;
    list_version_ = {};
    items_seen_ = list_kind_seen_ = false;
    tokens_.take(1);
    switch (list_members(false)) {
        case Kind::kList:
            list_ = items_begin_ = true;
            place_ = Place::kItems;
            return Found::kNothing;
        case Kind::kListEnd:
            document_ends(end_);
            return Found::kNothing;
        case Kind::kEvent:
            tokens_.reset(body_.data(), document_, limit_);
            return Found::kObject;
        case Kind::kOther:
            tokens_.reset(body_.data(), document_, limit_);
            CHECK(tokens_.ready());
            return single_document(Found::kObject);
        case Kind::kMember:
        case Kind::kFault:
            break;
    }
    return fault(end_, "bad JSON");
}

// As a log writes it, decided without a second look: "kind":"Event", or a member only an event has, comes first.
bool BodyWalker::begins_as_event() const {
    const auto key = tokens_.at(1), colon = tokens_.at(2), value = tokens_.at(3);
    if (colon >= limit_ || body_[key] != '"' || colon < key + 2) return false;
    const auto match = match_field(body_.substr(key + 1, string_end(body_.data(), key, colon) - key - 2));
    if (match.index < 0 || !match.exact) return false;
    switch (static_cast<Field>(match.index)) {
        case Field::kKind:
            return body_.substr(value, limit_ - value).starts_with("\"Event\"");
        case Field::kApiVersion:
        case Field::kMetadata:
            return false;
        default:
            return true;
    }
}

// A document that is neither list nor event. Alone it is a mistake; among lines it is one bad line.
Result<BodyWalker::Found> BodyWalker::single_document(Found found) {
    if (lines_ || !first_document_) return found;
    if (events_.skim(1) == 0) return fault(document_, "bad JSON");
    if (!tokens_.ready()) {
        return Error{ErrorCode::kInvalid, "the body is neither an EventList nor an Event, an array or lines of them"};
    }
    go_on_by_lines(document_);
    return Found::kNothing;
}

// Members of an EventList up to its items, or behind them to its end. kEvent, kOther: it is none. end_ is where it
// ends, or where the fault is.
BodyWalker::Kind BodyWalker::list_members(bool behind_items) {
    bool comma = behind_items;  // one is due
    for (bool first = !behind_items;; first = false) {
        end_ = limit_;
        if (!tokens_.ready()) return Kind::kFault;
        end_ = tokens_.at(0);
        if (body_[end_] == '}' && (first || comma)) {
            tokens_.take(1);
            ++end_;
            return items_seen_ || list_kind_seen_ ? Kind::kListEnd : Kind::kOther;
        }
        if (comma) {
            if (body_[end_] != ',') return Kind::kFault;
            tokens_.take(1);
            if (!tokens_.ready()) return Kind::kFault;
        }
        const auto key = tokens_.at(0), colon = tokens_.at(1);
        end_ = key;
        if (body_[key] != '"' || colon >= limit_ || body_[colon] != ':') return Kind::kFault;
        const auto name = body_.substr(key + 1, string_end(body_.data(), key, colon) - key - 2);
        tokens_.take(2);
        if (!tokens_.ready()) return Kind::kFault;
        const auto kind = list_member(name, behind_items);
        if (kind != Kind::kMember) return kind;
        comma = true;
    }
}

BodyWalker::Kind BodyWalker::list_member(std::string_view name, bool behind_items) {
    const auto begin = tokens_.at(0);
    if (is_name(name, "items") && body_[begin] == '[') {
        if (items_seen_) return Kind::kFault;
        items_seen_ = true;
        tokens_.take(1);
        return Kind::kList;
    }
    const auto match = match_field(name);
    const auto value_end = events_.skim(2);
    if (value_end == 0) return Kind::kFault;
    const auto raw = body_.substr(begin, value_end - begin);
    if (match.index < 0 || !match.exact) return Kind::kMember;
    switch (static_cast<Field>(match.index)) {
        case Field::kKind:
            if (list_kind_seen_ || raw[0] != '"') return Kind::kMember;
            list_kind_seen_ = is_name(raw.substr(1, raw.size() - 2), "EventList");
            if (list_kind_seen_) return Kind::kMember;
            if (items_seen_) return Kind::kFault;
            return is_name(raw.substr(1, raw.size() - 2), "Event") ? Kind::kEvent : Kind::kOther;
        case Field::kApiVersion:
            if (raw == "\"audit.k8s.io/v1\"" || raw == "\"audit.k8s.io/v1beta1\"") list_version_ = raw;
            return Kind::kMember;
        case Field::kMetadata:
            return Kind::kMember;
        default:
            return list_kind_seen_ || behind_items ? Kind::kMember : Kind::kEvent;
    }
}

Result<BodyWalker::Found> BodyWalker::item() {
    if (!tokens_.ready()) return fault(limit_, "the list does not end");
    auto at = tokens_.at(0);
    if (body_[at] == ']') {
        tokens_.take(1);
        if (list_ && list_members(true) != Kind::kListEnd) return fault(end_, "bad JSON in the list");
        document_ends(list_ ? end_ : at + 1);
        return Found::kNothing;
    }
    if (!items_begin_) {
        if (body_[at] != ',') return fault(at, "no comma between items");
        tokens_.take(1);
        if (!tokens_.ready()) return fault(limit_, "the list does not end");
        at = tokens_.at(0);
    }
    begin_ = at;
    return body_[at] == '{' ? Found::kObject : Found::kOther;
}

void BodyWalker::item_taken(std::uint32_t end) {
    ++items_;
    if (place_ == Place::kItems) {
        items_begin_ = false;
    } else {
        document_ends(end);
    }
}

void BodyWalker::document_ends(std::uint32_t end) {
    place_ = Place::kDocument;
    if (lines_) {
        line_taken_ = true;
    } else if (first_document_ && tokens_.ready() && !has_newline(document_, end) && has_newline(end, tokens_.at(0))) {
        go_on_by_lines(end);
    }
    first_document_ = false;
}

void BodyWalker::go_on_by_lines(std::uint32_t from) {
    lines_ = true;
    line_ = from;
    place_ = Place::kDocument;
    tokens_.reset(body_.data(), from, from);
}

Result<BodyWalker::Found> BodyWalker::bad_item(std::uint32_t at) { return fault(at, "bad JSON"); }

Result<BodyWalker::Found> BodyWalker::fault(std::uint32_t at, std::string_view what) {
    if (lines_) {
        begin_ = place_ == Place::kItems ? at : document_;
        if (line_taken_) begin_ = at;
        end_ = limit_;
        tokens_.reset(body_.data(), limit_, limit_);
        place_ = Place::kDocument;
        ++items_;
        return Found::kBadLine;
    }
    if (first_document_ && items_ == 0 && next_line_opens_object()) {
        go_on_by_lines(document_);
        return Found::kNothing;
    }
    return Error{ErrorCode::kInvalid, "byte " + std::to_string(at) + ": " + std::string{what}};
}

// Lines of which the first is cut short look like one document that is.
bool BodyWalker::next_line_opens_object() const {
    const auto line_end = body_.find('\n', document_);
    if (line_end == body_.npos || body_[document_] != '{' || line_end == document_ + 1) return false;
    const auto next = body_.find_first_not_of(" \t\r\n", line_end);
    return next != body_.npos && body_[next] == '{';
}

bool BodyWalker::has_newline(std::uint32_t begin, std::uint32_t end) const {
    return body_.substr(begin, end - begin).find('\n') != body_.npos;
}

}  // namespace auditfwd
