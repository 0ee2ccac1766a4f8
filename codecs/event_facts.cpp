// What is read of an event once all its members are known. Part of EventWalker.
#include <algorithm>

#include "codecs/event_keys.h"
#include "codecs/event_walker.h"
#include "codecs/json_text.h"

namespace auditfwd {

namespace {

bool has_control(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

std::string_view content_of(std::string_view raw) { return raw.substr(1, raw.size() - 2); }

}  // namespace

EventWalker::Text EventWalker::read(std::string_view raw, std::string_view& out) {
    out = {};
    if (raw[0] != '"') return raw == "null" ? Text::kNull : Text::kOtherType;
    const auto escaped = content_of(raw);
    if (!has_backslash(escaped)) {
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
    event.members = {members_.get(), member_count_};
    event.groups = groups_;
    event.spaced = spaced_ || walk_.spaced;
    event.suspect = mode_ == Mode::kSkim || tokens_.fault_until() > begin_;
    read_words();
    read_request();
    read_rest();
    if (text_fault_) return Outcome::kFault;
    if (edits.full()) reject(Rejection::kTooManyMembers);
    return rejected_ ? Outcome::kRejected : Outcome::kEvent;
}

// Which of the names a field's value is; -1 for another, kNoWord when it is absent, null, empty, or no string.
int EventWalker::read_word(Field field, const NameTable& names) {
    const auto* member = event.find(field);
    if (member == nullptr) return kNoWord;
    const auto raw = event.raw(member->value);
    const auto match = raw[0] == '"' ? names.match(content_of(raw)) : NameMatch{};
    if (match.index >= 0 && match.exact) return match.index;
    std::string_view text;
    const auto state = read(raw, text);
    if (state == Text::kOtherType) reject(Rejection::kWrongType);
    text_fault_ |= state == Text::kFault;
    return state == Text::kNull || state == Text::kOtherType || (state == Text::kRead && text.empty()) ? kNoWord : -1;
}

void EventWalker::read_words() {
    if (read_word(Field::kKind, kKindNames) == -1) reject(Rejection::kWrongKind);
    if (read_word(Field::kApiVersion, kVersionNames) == -1) reject(Rejection::kWrongKind);
    const auto level = read_word(Field::kLevel, kLevelNames);
    event.level_known = level >= 0;
    if (level >= 0) event.level = static_cast<Level>(level);
    const auto stage = read_word(Field::kStage, kStageNames);
    if (stage < 0)
        reject(Rejection::kUnknownStage);
    else
        event.stage = static_cast<Stage>(stage);
}

// What a policy needs: the event is readable if it is all there.
void EventWalker::read_request() {
    for (const auto field : {Field::kRequestUri, Field::kVerb}) {
        auto& text = field == Field::kVerb ? event.verb : event.request_uri;
        const auto* member = event.find(field);
        const auto state = member == nullptr ? Text::kNull : read(event.raw(member->value), text);
        if (state == Text::kOtherType) reject(Rejection::kWrongType);
        text_fault_ |= state == Text::kFault;
        event.readable = event.readable && state == Text::kRead;
    }
    const auto* user = event.find(Field::kUser);
    event.readable = event.readable && user != nullptr && event.text[user->value.begin] == '{' && !user_unreadable_;
}

// auditID and the time of the stage.
void EventWalker::read_rest() {
    const auto* id = event.find(Field::kAuditId);
    const auto raw = id == nullptr ? std::string_view{"null"} : event.raw(id->value);
    const auto state = read(raw, event.audit_id);
    text_fault_ |= state == Text::kFault;
    if (state == Text::kUnreadable) event.audit_id = content_of(raw);
    if (event.audit_id.empty()) reject(Rejection::kMissingAuditId);
    for (const auto field : {Field::kStageTimestamp, Field::kTimestamp, Field::kRequestReceivedTimestamp}) {
        const auto* member = event.find(field);
        if (member == nullptr || event.stage_time_ms != 0) continue;
        const auto text = event.raw(member->value);
        if (text.size() > 2) event.stage_time_ms = parse_time_ms(content_of(text));
    }
}

}  // namespace auditfwd
