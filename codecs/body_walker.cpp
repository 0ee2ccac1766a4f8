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
        } else if (tokens_.ready()) {
            TRY(const auto found, document());
            if (found != Found::kNothing) return found;
        } else if (!is_gap(body_.data(), last_, limit_)) {
            return fault(last_, "not JSON");
        } else if (lines_) {
            if (!next_line()) return Found::kEnd;
        } else if (first_document_) {
            return Error{ErrorCode::kInvalid, "the body is empty"};
        } else {
            return Found::kEnd;
        }
    }
}

// False: no line is left.
bool BodyWalker::next_line() {
    if (line_ >= body_.size()) return false;
    const auto found = body_.find('\n', line_);
    limit_ = static_cast<std::uint32_t>(found == body_.npos ? body_.size() : found);
    last_ = line_begin_ = line_;
    tokens_.reset(body_.data(), line_, limit_);
    line_ = found == body_.npos ? limit_ : limit_ + 1;
    line_taken_ = false;
    return true;
}

// The first byte of the token at(0), if only white space stands before it; otherwise 0. end_ is where it begins.
char BodyWalker::token() {
    end_ = tokens_.ready() ? tokens_.at(0) : limit_;
    return end_ < limit_ && is_gap(body_.data(), last_, end_) ? body_[end_] : '\0';
}

void BodyWalker::take_token() {
    last_ = end_ + 1;
    tokens_.take(1);
}

Result<BodyWalker::Found> BodyWalker::document() {
    const auto first = token();
    if (first == '\0' || (lines_ && line_taken_)) return fault(end_, "not JSON");
    document_ = begin_ = end_;
    switch (first) {
        case '[':
            take_token();
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
    take_token();
    const auto kind = list_members(false);
    const bool is_list = items_seen_ || list_kind_seen_;
    if (kind == Kind::kList) {
        list_ = items_begin_ = true;
        place_ = Place::kItems;
        return Found::kNothing;
    }
    if (kind == Kind::kListEnd) {
        document_ends(last_);
        return Found::kNothing;
    }
    if (kind == Kind::kFault && is_list) return fault(end_, "not JSON");
    // A faulty document that is no list may have an end all the same: then it is a malformed event.
    tokens_.reset(body_.data(), document_, limit_);
    CHECK(tokens_.ready());
    return kind == Kind::kOther ? single_document(Found::kObject) : Found::kObject;
}

// As a log writes it, decided without a second look: "kind":"Event", or a member only an event has, comes first.
bool BodyWalker::begins_as_event() const {
    const auto key = tokens_.at(1), colon = tokens_.at(2), value = tokens_.at(3);
    if (colon >= limit_ || body_[key] != '"' || colon < key + 2) return false;
    const auto match = kFieldNames.match(body_.substr(key + 1, string_end(body_.data(), key, colon) - key - 2));
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
    if (events_.skim(1) == 0) return fault(document_, "not JSON");
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
        auto next = token();
        if (next == '}' && (first || comma)) {
            take_token();
            end_ = last_;
            return items_seen_ || list_kind_seen_ ? Kind::kListEnd : Kind::kOther;
        }
        if (comma) {
            if (next != ',') return Kind::kFault;
            take_token();
            next = token();
        }
        const auto key = tokens_.at(0), colon = tokens_.at(1);
        if (next != '"' || colon >= limit_ || body_[colon] != ':') return Kind::kFault;
        const auto key_end = string_end(body_.data(), key, colon);
        if (!is_gap(body_.data(), key_end, colon)) return Kind::kFault;
        last_ = colon + 1;
        tokens_.take(2);
        if (token() == '\0') return Kind::kFault;
        const auto kind = list_member(body_.substr(key + 1, key_end - key - 2), behind_items);
        if (kind != Kind::kMember) return kind;
        comma = true;
    }
}

BodyWalker::Kind BodyWalker::list_member(std::string_view name, bool behind_items) {
    const auto begin = end_;
    if (is_name(name, "items") && body_[begin] == '[') {
        if (items_seen_) return Kind::kFault;
        items_seen_ = true;
        take_token();
        return Kind::kList;
    }
    const auto match = kFieldNames.match(name);
    last_ = events_.skim(2);
    if (last_ == 0) return Kind::kFault;
    const auto raw = body_.substr(begin, last_ - begin);
    // Go writes null for a list without items; anything else is no list.
    if (list_kind_seen_ && is_name(name, "items") && raw != "null") return Kind::kFault;
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
    auto next = token();
    if (next == ']') {
        take_token();
        if (list_ && list_members(true) != Kind::kListEnd) return fault(end_, "not JSON");
        document_ends(last_);
        return Found::kNothing;
    }
    if (!items_begin_) {
        if (next != ',') return fault(end_, "not JSON: no comma behind an item");
        take_token();
        next = token();
    }
    if (next == '\0') return fault(end_, "not JSON: the list does not end");
    begin_ = end_;
    return next == '{' ? Found::kObject : Found::kOther;
}

void BodyWalker::item_taken(std::uint32_t end) {
    ++items_;
    last_ = end;
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
    line_ = last_ = limit_ = from;
    place_ = Place::kDocument;
    tokens_.reset(body_.data(), from, from);
}

Result<BodyWalker::Found> BodyWalker::bad_item(std::uint32_t at) { return fault(at, "not JSON"); }

Result<BodyWalker::Found> BodyWalker::fault(std::uint32_t at, std::string_view what) {
    if (lines_) {
        begin_ = place_ == Place::kItems || line_taken_ ? at : line_begin_;
        end_ = last_ = limit_;
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
