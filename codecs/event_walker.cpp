#include "codecs/event_walker.h"

#include <algorithm>
#include <cstring>

#include "codecs/json_text.h"

namespace auditfwd {

namespace {

bool is_null(std::string_view raw) { return raw == "null"; }

bool has_control(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

}  // namespace

// Calls on_member(key), tokens at its value, for each member; it takes the value and returns its end, or 0 at a fault.
template <class OnMember>
std::uint32_t EventWalker::object(OnMember on_member) {
    return elements('}', [&]() -> std::uint32_t {
        const char* const text = tokens_.text();
        const auto key = tokens_.at(0), colon = tokens_.at(1);
        if (text[key] != '"' || colon >= tokens_.end() || text[colon] != ':') return 0;
        const auto key_end = string_end(text, key, colon);
        if (!gap(key_end, colon) || !gap(colon + 1, tokens_.at(2))) return 0;
        tokens_.take(2);
        return tokens_.ready() ? on_member(TextRange{key, key_end}) : 0;
    });
}

// Calls on_element() for what stands between brackets and commas.
template <class OnElement>
std::uint32_t EventWalker::elements(char close, OnElement on_element) {
    const char* const text = tokens_.text();
    auto end = tokens_.at(0) + 1;  // of the bracket, the element, the comma
    tokens_.take(1);
    if (!tokens_.ready() || !gap(end, tokens_.at(0))) return 0;
    if (text[tokens_.at(0)] == close) {
        end = tokens_.at(0) + 1;
        tokens_.take(1);
        return end;
    }
    for (;;) {
        end = on_element();
        if (end == 0 || !tokens_.ready()) return 0;
        const auto at = tokens_.at(0);
        if (!gap(end, at)) return 0;
        tokens_.take(1);
        if (text[at] == close) return at + 1;
        if (text[at] != ',' || !tokens_.ready() || !gap(at + 1, tokens_.at(0))) return 0;
    }
}

// An object of which some names are known: the first member of each name counts, further ones and other spellings are
// cut. on_known(index) takes the value.
template <class OnKnown>
std::uint32_t EventWalker::known_object(std::string_view pointer, std::span<const std::string_view> names,
                                        OnKnown on_known) {
    MemberCutter cutter{edits};
    std::uint32_t seen = 0;
    const auto end = object([&](TextRange key) {
        const auto match = match_key(content(key), names);
        const auto bit = match.index < 0 ? 0u : 1u << match.index;
        const bool cut = match.index >= 0 && (!match.exact || (seen & bit) != 0);
        seen |= cut ? 0 : bit;
        if (cut) name_removed(pointer, key);
        const auto value_end = cut ? skim(3) : match.index < 0 ? value(3) : on_known(match.index);
        if (value_end == 0) return value_end;
        const auto range = relative({key.begin, value_end});
        cut ? cutter.cut(range) : cutter.keep(range);
        return value_end;
    });
    cutter.end();
    return end;
}

EventWalker::Outcome EventWalker::walk(Mode mode) {
    mode_ = mode;
    event = Event{};
    std::fill(std::begin(event.index), std::end(event.index), std::int16_t{-1});
    edits.clear();
    removed.clear();
    seen_ = 0;
    rejected_ = deep_ = user_unreadable_ = text_fault_ = false;
    spaced_ = false;
    walk_.spaced = false;
    member_count_ = 0;
    groups_.clear();
    unescaped_bytes_ = 0;
    if (!tokens_.ready()) return Outcome::kFault;
    begin_ = tokens_.at(0);
    end_ = object([this](TextRange key) { return member(key); });
    if (rejected_ && reason_ == Rejection::kTooManyMembers) return Outcome::kRejected;
    if (end_ == 0 || text_fault_) return Outcome::kFault;
    return finish();
}

std::uint32_t EventWalker::member(TextRange key) {
    if (member_count_ == members_.size()) {
        reject(Rejection::kTooManyMembers);
        return 0;
    }
    const auto match = match_field(content(key));
    const auto field = match.index < 0 ? Field::kOther : static_cast<Field>(match.index);
    auto& member = members_[member_count_++];
    member = {.key = relative(key), .value = {}, .field = field};
    const auto begin = tokens_.at(0);
    const bool bracket = first() == '{' || first() == '[';
    bool deep = false;
    std::uint32_t end = 0;
    const auto bit = match.index < 0 ? 0u : 1u << match.index;
    const bool first_of_name = match.exact && (seen_ & bit) == 0;
    if (match.exact) seen_ |= bit;
    if (match.index >= 0 && !first_of_name) {
        member.cut = true;
        name_removed("", key);
        end = skim(2);
    } else if (mode_ == Mode::kSkim && bracket && tokens_.measure(limits::kDepthMax - 1).too_deep) {
        end = skim(2);
        deep = true;
    } else {
        deep_ = false;
        if (match.index >= 0) event.index[match.index] = static_cast<std::int16_t>(member_count_ - 1);
        end = match.index < 0 ? value(2) : field_value(field, member);
        deep = deep_ && end != 0;
    }
    if (deep) {
        member.cut = true;
        if (field != Field::kOther) event.index[match.index] = -1;
        event.too_deep = true;
        name_removed("", key);
    }
    member.value = relative({begin, end});
    return end;
}

std::uint32_t EventWalker::field_value(Field field, Member& member) {
    const auto kind = first();
    switch (field) {
        case Field::kRequestObject:
        case Field::kResponseObject:
        case Field::kAuditfwd:
            member.unchecked = kind == '{' || kind == '[';
            return member.unchecked ? skim(2) : value(2);
        case Field::kUser:
            if (kind == '{') return user();
            break;
        case Field::kImpersonatedUser:
            if (kind == '{') return known_object("/impersonatedUser", user_keys(), [this](int) { return value(3); });
            break;
        case Field::kObjectRef:
            if (kind == '{') return known_object("/objectRef", reference_keys(), [this](int) { return value(3); });
            break;
        case Field::kResponseStatus:
            if (kind == '{') return status();
            break;
        case Field::kAnnotations:
            if (kind == '{') return annotations();
            break;
        default:
            return value(2);
    }
    // An object should have been here.
    const auto begin = tokens_.at(0);
    const auto end = value(2);
    if (end != 0 && !is_null(absolute({begin, end}))) reject(Rejection::kWrongType);
    return end;
}

std::uint32_t EventWalker::value(std::size_t depth) {
    if (mode_ == Mode::kSkim) return skim(depth);
    if (first() == '"') {
        const auto end = string_end(tokens_.text(), tokens_.at(0), tokens_.at(1));
        tokens_.take(1);
        return end;
    }
    return walk_.value(depth, nobody_);
}

std::uint32_t EventWalker::user() {
    return known_object("/user", user_keys(), [this](int key) {
        const auto begin = tokens_.at(0);
        const auto kind = first();
        if (key == kUserGroups && kind == '[') return groups();
        if (key == kUserExtra && kind == '{') event.has_user |= tokens_.text()[tokens_.at(1)] != '}';
        const auto end = value(3);
        if (end == 0) return end;
        std::string_view text;
        const auto raw = absolute({begin, end});
        if (key == kUserName || key == kUserUid) {
            const auto state = read(raw, key == kUserName ? event.user_name : text);
            if (state == Text::kOtherType) reject(Rejection::kWrongType);
            event.has_user |= kind == '"' && raw.size() > 2;
            user_unreadable_ |= state == Text::kUnreadable;
            text_fault_ |= state == Text::kFault;
        } else if (!is_null(raw) && !(key == kUserExtra && kind == '{')) {
            reject(Rejection::kWrongType);
        }
        return end;
    });
}

std::uint32_t EventWalker::groups() {
    return elements(']', [this] {
        const auto begin = tokens_.at(0);
        const auto end = value(4);
        event.has_user = true;
        std::string_view group;
        switch (end == 0 ? Text::kRead : read(absolute({begin, end}), group)) {
            case Text::kOtherType:
            case Text::kNull:
                reject(Rejection::kWrongType);
                break;
            case Text::kUnreadable:
                user_unreadable_ = true;
                break;
            case Text::kFault:
                text_fault_ = true;
                break;
            case Text::kRead:
                if (groups_.size() < EventReader::kGroupsMax)
                    groups_.push_back(group);
                else
                    user_unreadable_ = true;
        }
        return end;
    });
}

std::uint32_t EventWalker::status() {
    return known_object("/responseStatus", status_keys(), [this](int key) {
        const auto begin = tokens_.at(0);
        const auto end = value(3);
        if (key != kStatusCode || end == 0) return end;
        const auto raw = absolute({begin, end});
        const auto code = parse_int(raw);
        if (!code && !is_null(raw)) reject(Rejection::kWrongType);
        event.code = code.value_or(0);
        return end;
    });
}

std::uint32_t EventWalker::annotations() {
    bool decided = false;
    return object([&](TextRange key) {
        const auto name = content(key);
        const bool escaped = std::memchr(name.data(), '\\', name.size()) != nullptr;
        const bool decision = escaped ? is_name(name, kDecisionAnnotation) : name == kDecisionAnnotation;
        event.patch_annotations |= escaped ? behind_name(name, kPatchAnnotation, Letters::kExact).has_value()
                                           : name.starts_with(kPatchAnnotation);
        const auto begin = tokens_.at(0);
        const auto end = value(3);
        if (!decision || end == 0) return end;
        event.annotations_twice |= decided;
        const auto raw = absolute({begin, end});
        if (!decided && raw.size() > 2 && raw[0] == '"') {
            for (const std::string_view known : {"allow", "forbid"}) {
                if (is_name(raw.substr(1, raw.size() - 2), known)) event.decision = known;
            }
        }
        decided = true;
        return end;
    });
}

void EventWalker::reject(Rejection reason) {
    // Which of several reasons is named does not depend on the order of members: the first in the list.
    if (!rejected_ || reason < reason_) reason_ = reason;
    if (reason == Rejection::kTooManyMembers) reason_ = reason;
    rejected_ = true;
}

void EventWalker::name_removed(std::string_view pointer, TextRange key) {
    const auto name = content(key);  // as long as a known one, at most six times
    pointer_.assign(name.size(), '\0');
    pointer_.resize(unescape(name, pointer_.data()).value_or(0));
    pointer_.insert(0, "/").insert(0, pointer);
    removed.add(pointer_);
}

EventWalker::Text EventWalker::read(std::string_view raw, std::string_view& out) {
    out = {};
    if (raw[0] != '"') return is_null(raw) ? Text::kNull : Text::kOtherType;
    const auto escaped = raw.substr(1, raw.size() - 2);
    if (std::memchr(escaped.data(), '\\', escaped.size()) == nullptr) {
        if (tokens_.fault_until() > begin_ && has_control(escaped)) return Text::kFault;
        out = escaped;
        return Text::kRead;
    }
    if (escaped.size() > EventReader::kUnescapedBytesMax - unescaped_bytes_) return Text::kUnreadable;
    if (!unescaped_) unescaped_ = std::make_unique_for_overwrite<char[]>(EventReader::kUnescapedBytesMax);
    char* const begin = unescaped_.get() + unescaped_bytes_;
    const auto size = unescape(escaped, begin);
    if (!size) return Text::kFault;
    unescaped_bytes_ += *size;
    out = {begin, *size};
    return Text::kRead;
}

EventWalker::Outcome EventWalker::finish() {
    event.text = absolute({begin_, end_});
    event.members = {members_.data(), member_count_};
    event.groups = groups_;
    event.spaced = spaced_ || walk_.spaced;
    event.suspect = mode_ == Mode::kSkim || tokens_.fault_until() > begin_;
    if (!read_enums() || !read_request() || !read_texts()) return Outcome::kFault;
    if (edits.full()) reject(Rejection::kTooManyMembers);
    return rejected_ ? Outcome::kRejected : Outcome::kEvent;
}

// kind, apiVersion, level, stage. False: a fault in one of them.
bool EventWalker::read_enums() {
    bool good = true;
    const auto text_of = [&](Field field) {
        const auto* member = event.find(field);
        std::string_view text;
        const auto state = member == nullptr ? Text::kNull : read(event.raw(member->value), text);
        if (state == Text::kOtherType) reject(Rejection::kWrongType);
        good = good && state != Text::kFault;
        if (state == Text::kUnreadable) text = "?";
        return text;
    };
    const auto one_of = [](std::string_view text, auto... words) { return ((text == words) || ...); };
    if (!one_of(text_of(Field::kKind), "", "Event")) reject(Rejection::kWrongKind);
    if (!one_of(text_of(Field::kApiVersion), "", "audit.k8s.io/v1", "audit.k8s.io/v1beta1", "audit.k8s.io/v1alpha1"))
        reject(Rejection::kWrongKind);
    const auto level = text_of(Field::kLevel);
    event.level_known = false;
    for (const auto known : {Level::kNone, Level::kMetadata, Level::kRequest, Level::kRequestResponse}) {
        if (level != to_string(known)) continue;
        event.level = known;
        event.level_known = true;
    }
    const auto stage = text_of(Field::kStage);
    bool found = false;
    for (const auto known :
         {Stage::kResponseComplete, Stage::kRequestReceived, Stage::kResponseStarted, Stage::kPanic}) {
        if (stage != to_string(known)) continue;
        event.stage = known;
        found = true;
    }
    if (!found) reject(Rejection::kUnknownStage);
    return good;
}

// What a policy needs: the event is readable if it is all there.
bool EventWalker::read_request() {
    bool good = true;
    for (const auto field : {Field::kRequestUri, Field::kVerb}) {
        auto& text = field == Field::kVerb ? event.verb : event.request_uri;
        const auto* member = event.find(field);
        const auto state = member == nullptr ? Text::kNull : read(event.raw(member->value), text);
        if (state == Text::kOtherType) reject(Rejection::kWrongType);
        event.readable = event.readable && state == Text::kRead;
        good = good && state != Text::kFault;
    }
    const auto* user = event.find(Field::kUser);
    event.readable = event.readable && user != nullptr && !is_null(event.raw(user->value)) && !user_unreadable_;
    return good;
}

// auditID and the time of the stage.
bool EventWalker::read_texts() {
    const auto* id = event.find(Field::kAuditId);
    const auto raw = id == nullptr ? std::string_view{"null"} : event.raw(id->value);
    const auto state = read(raw, event.audit_id);
    if (state == Text::kFault) return false;
    if (state == Text::kUnreadable) event.audit_id = raw.substr(1, raw.size() - 2);
    if (event.audit_id.empty()) reject(Rejection::kMissingAuditId);
    for (const auto field : {Field::kStageTimestamp, Field::kTimestamp, Field::kRequestReceivedTimestamp}) {
        const auto* member = event.find(field);
        if (member == nullptr || event.stage_time_ms != 0) continue;
        const auto text = event.raw(member->value);
        if (text.size() > 2) event.stage_time_ms = parse_time_ms(text.substr(1, text.size() - 2));
    }
    return true;
}

}  // namespace auditfwd
