#include "codecs/event_walker.h"

#include <algorithm>
#include <cstring>

#include "codecs/json_text.h"

namespace auditfwd {

namespace {

constexpr std::uint32_t bit(Field field) { return 1u << static_cast<unsigned>(field); }

// Members whose value is looked into, or not at all; the others are only checked.
constexpr std::uint32_t kSpecial = bit(Field::kUser) | bit(Field::kImpersonatedUser) | bit(Field::kObjectRef) |
                                   bit(Field::kResponseStatus) | bit(Field::kAnnotations) | bit(Field::kRequestObject) |
                                   bit(Field::kResponseObject) | bit(Field::kAuditfwd);

// "allow", "forbid", or empty.
std::string_view decision_of(std::string_view raw) {
    if (raw == "\"allow\"") return "allow";
    if (raw == "\"forbid\"") return "forbid";
    if (raw.size() < 2 || raw[0] != '"') return {};
    for (const std::string_view word : {"allow", "forbid"}) {
        if (is_name(raw.substr(1, raw.size() - 2), word)) return word;
    }
    return {};
}

bool is_open(char c) { return c == '{' || c == '['; }

}  // namespace

// Calls on_element(hand) for what stands between brackets and commas. It takes the element, leaves the next token in
// reach, and returns the element's end, or 0 at a fault. The tokens stand at the opening bracket, and behind the
// closing one in the end.
template <class OnElement>
[[gnu::always_inline]] inline std::uint32_t EventWalker::elements(char close, OnElement on_element) {
    const char* const text = tokens_.text();
    auto hand = tokens_.hand();
    auto at = *hand.next++;  // the bracket, then each comma
    if (!tokens_.ready(hand)) return 0;
    if (text[hand.next[0]] == close) {
        if (!gap(at + 1, hand.next[0])) return 0;
        at = *hand.next++;
        tokens_.put(hand);
        return in_reach(at + 1);
    }
    for (;;) {
        if (!tokens_.ready(hand) || !gap(at + 1, hand.next[0])) return 0;
        const auto end = on_element(hand);
        at = *hand.next++;
        if (end == 0 || !gap(end, at)) return 0;
        if (text[at] != ',') break;
    }
    tokens_.put(hand);
    return text[at] == close && at < tokens_.end() ? in_reach(at + 1) : 0;
}

// The same for members: on_member(key, hand), the hand at the value.
template <class OnMember>
[[gnu::always_inline]] inline std::uint32_t EventWalker::object(OnMember on_member) {
    return elements('}', [&](JsonTokens::Hand& hand) -> std::uint32_t {
        const char* const text = tokens_.text();
        const auto key = hand.next[0], colon = hand.next[1], value = hand.next[2];
        if (text[key] != '"' || value >= tokens_.end() || text[colon] != ':') return 0;
        const auto key_end = string_end(text, key, colon);
        if (((colon - key_end) | (value - colon - 1)) != 0) [[unlikely]] {
            if (!gap(key_end, colon) || !gap(colon + 1, value)) return 0;
        }
        hand.next += 2;
        return on_member(TextRange{key, key_end}, hand);
    });
}

// An object of which some names are known: the first member of each name counts, further ones and other spellings are
// cut. on_known(index, hand) takes the value.
template <class OnKnown>
[[gnu::always_inline]] inline std::uint32_t EventWalker::known_object(std::string_view pointer, const NameTable& names,
                                                                      OnKnown on_known) {
    MemberCutter cutter{edits};
    std::uint32_t seen = 0;
    const auto end = object([&](TextRange key, JsonTokens::Hand& hand) {
        const auto match = names.match(content(key));
        const auto mark = match.index < 0 ? 0u : 1u << match.index;
        const bool cut = match.index >= 0 && (!match.exact || (seen & mark) != 0);
        seen |= cut ? 0 : mark;
        if (cut) [[unlikely]] {
            name_removed(pointer, key);
            tokens_.put(hand);
            const auto cut_end = skim(3);
            hand = tokens_.hand();
            if (cut_end != 0) cutter.cut(relative({key.begin, cut_end}));
            return cut_end;
        }
        const auto value_end = match.index < 0 ? value(hand, 3) : on_known(match.index, hand);
        cutter.keep(relative({key.begin, value_end}));
        return value_end;
    });
    if (end != 0) cutter.end();
    return end;
}

EventWalker::Outcome EventWalker::walk(Mode mode) {
    mode_ = mode;
    event = Event{};
    std::fill(std::begin(event.index), std::end(event.index), std::int16_t{-1});
    edits.clear();
    removed.clear();
    seen_ = 0;
    rejected_ = deep_ = user_unreadable_ = text_fault_ = spaced_ = walk_.spaced = false;
    member_count_ = 0;
    groups_.clear();
    unescaped_bytes_ = 0;
    if (!tokens_.ready()) return Outcome::kFault;
    begin_ = tokens_.at(0);
    end_ = object([this](TextRange key, JsonTokens::Hand& hand) { return member(key, hand); });
    if (rejected_ && reason_ == Rejection::kTooManyMembers) return Outcome::kRejected;
    return end_ == 0 || text_fault_ ? Outcome::kFault : finish();
}

[[gnu::always_inline]] inline std::uint32_t EventWalker::member(TextRange key, JsonTokens::Hand& hand) {
    if (member_count_ == EventReader::kMembersMax) {
        reject(Rejection::kTooManyMembers);
        return 0;
    }
    const auto match = kFieldNames.match(content(key));
    const auto mark = match.index < 0 ? 0u : 1u << match.index;
    const auto begin = hand.next[0];
    auto& member = members_.get()[member_count_++];
    member.key = relative(key);
    member.field = match.index < 0 ? Field::kOther : static_cast<Field>(match.index);
    member.cut = member.unchecked = false;
    std::uint32_t end = 0;
    if (mode_ == Mode::kSkim || !match.exact || (seen_ & mark) != 0) [[unlikely]] {
        tokens_.put(hand);
        end = odd_member(key, match, member);
        hand = tokens_.hand();
    } else {
        seen_ |= mark;
        if (match.index >= 0) event.index[match.index] = static_cast<std::int16_t>(member_count_ - 1);
        if ((mark & kSpecial) == 0) {
            end = value(hand, 2);
        } else {
            tokens_.put(hand);
            end = special_member(key, member);
            hand = tokens_.hand();
        }
    }
    member.value = relative({begin, end});
    return end;
}

// A doubled or disguised one; or any, when there is a fault in the event.
std::uint32_t EventWalker::odd_member(TextRange key, NameMatch match, Member& member) {
    const auto mark = match.index < 0 ? 0u : 1u << match.index;
    const bool counts = match.exact && (seen_ & mark) == 0;
    if (match.exact) seen_ |= mark;
    if (match.index >= 0 && !counts) {
        member.cut = true;
        name_removed("", key);
        return skim(2);
    }
    if (is_open(first()) && tokens_.measure(limits::kDepthMax - 1).too_deep) {
        cut_deep(key, member);
        return skim(2);
    }
    if (match.index >= 0) event.index[match.index] = static_cast<std::int16_t>(&member - members_.get());
    return (mark & kSpecial) != 0 ? special_member(key, member) : other_value(2);
}

void EventWalker::cut_deep(TextRange key, Member& member) {
    member.cut = true;
    event.too_deep = true;
    if (member.field != Field::kOther) event.index[static_cast<std::size_t>(member.field)] = -1;
    name_removed("", key);
}

std::uint32_t EventWalker::special_member(TextRange key, Member& member) {
    deep_ = false;
    const auto end = special_value(member);
    if (deep_ && end != 0) cut_deep(key, member);
    return end;
}

std::uint32_t EventWalker::special_value(Member& member) {
    const auto checked = [this](int, JsonTokens::Hand& hand) { return value(hand, 3); };
    if (first() == '{') {
        switch (member.field) {
            case Field::kUser:
                return user();
            case Field::kImpersonatedUser:
                return known_object("/impersonatedUser", kUserNames, checked);
            case Field::kObjectRef:
                event.has_reference = true;
                return known_object("/objectRef", kReferenceNames, [this](int key, JsonTokens::Hand& hand) {
                    const auto begin = hand.next[0];
                    const auto end = value(hand, 3);
                    if (end != 0) event.reference[key] = relative({begin, end});
                    return end;
                });
            case Field::kResponseStatus:
                return status();
            case Field::kAnnotations:
                return annotations();
            default:
                break;
        }
    }
    if (member.field == Field::kRequestObject || member.field == Field::kResponseObject ||
        member.field == Field::kAuditfwd) {
        member.unchecked = is_open(first());
        return member.unchecked ? skim(2) : other_value(2);
    }
    // An object should have been here.
    const auto begin = tokens_.at(0);
    const auto end = other_value(2);
    if (end != 0 && absolute({begin, end}) != "null") reject(Rejection::kWrongType);
    return end;
}

[[gnu::always_inline]] inline std::uint32_t EventWalker::value(JsonTokens::Hand& hand, std::size_t depth) {
    const char* const text = tokens_.text();
    const auto at = hand.next[0], next = hand.next[1];
    if (text[at] == '"') {
        ++hand.next;
        return string_end(text, at, next);
    }
    if (text[at] == '{' && text[next] == '}' && next == at + 1) {
        hand.next += 2;
        return next + 1;
    }
    tokens_.put(hand);
    const auto end = other_value(depth);
    hand = tokens_.hand();
    return end;
}

std::uint32_t EventWalker::other_value(std::size_t depth) {
    return mode_ == Mode::kSkim ? skim(depth) : in_reach(walk_.value(depth, nobody_));
}

std::uint32_t EventWalker::user() {
    return known_object("/user", kUserNames, [this](int key, JsonTokens::Hand& hand) {
        const auto begin = hand.next[0];
        const auto first = tokens_.text()[hand.next[0]];
        if (key == kUserGroups && first == '[') {
            tokens_.put(hand);
            const auto end = groups();
            hand = tokens_.hand();
            return end;
        }
        const bool filled = tokens_.text()[hand.next[1]] != '}';
        const auto end = value(hand, 3);
        if (end == 0) return end;
        const auto raw = absolute({begin, end});
        if (key == kUserName && first == '"') {
            const auto state = read(raw, event.user_name);
            event.has_user |= raw.size() > 2;
            user_unreadable_ |= state == Text::kUnreadable;
            text_fault_ |= state == Text::kFault;
        } else if (key == kUserUid && first == '"') {
            event.has_user |= raw.size() > 2;
        } else if (key == kUserExtra && first == '{') {
            event.has_user |= filled;
        } else if (raw != "null") {
            reject(Rejection::kWrongType);
        }
        return end;
    });
}

std::uint32_t EventWalker::groups() {
    return elements(']', [this](JsonTokens::Hand& hand) {
        const auto begin = hand.next[0];
        const auto end = value(hand, 4);
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
    return known_object("/responseStatus", kStatusNames, [this](int key, JsonTokens::Hand& hand) {
        const auto begin = hand.next[0];
        const auto end = value(hand, 3);
        if (key != kStatusCode || end == 0) return end;
        const auto raw = absolute({begin, end});
        const auto code = parse_int(raw);
        if (!code && raw != "null") reject(Rejection::kWrongType);
        event.code = code.value_or(0);
        return end;
    });
}

std::uint32_t EventWalker::annotations() {
    bool decided = false;
    return object([&](TextRange key, JsonTokens::Hand& hand) {
        const auto name = content(key);
        const bool decision = is_name(name, kDecisionAnnotation);
        event.patch_annotations |= behind_name(name, kPatchAnnotation).has_value();
        const auto begin = hand.next[0];
        const auto end = value(hand, 3);
        if (!decision || end == 0) return end;
        event.annotations_twice |= decided;
        if (!decided) event.decision = decision_of(absolute({begin, end}));
        decided = true;
        return end;
    });
}

void EventWalker::reject(Rejection reason) {
    // Which of several reasons is named does not depend on the order of members: the first in the list.
    if (!rejected_ || reason < reason_ || reason == Rejection::kTooManyMembers) reason_ = reason;
    rejected_ = true;
}

void EventWalker::name_removed(std::string_view pointer, TextRange key) {
    const auto name = content(key);
    pointer_ = pointer;
    pointer_ += '/';
    const auto prefix = pointer_.size();
    pointer_.resize(prefix + name.size());
    pointer_.resize(prefix + unescape(name, pointer_.data() + prefix).value_or(0));
    removed.add(pointer_);
}

}  // namespace auditfwd
