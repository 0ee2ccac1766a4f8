#include "codecs/event_reader.h"

#include <limits>
#include <optional>
#include <string>

#include "codecs/body_walker.h"
#include "codecs/event_walker.h"
#include "codecs/json_tokens.h"
#include "codecs/utf8.h"
#include "forwarder/base/limits.h"

namespace auditfwd {

namespace {

using Found = BodyWalker::Found;
using Mode = EventWalker::Mode;
using Outcome = EventWalker::Outcome;

constexpr std::size_t kBodyBytesMax = std::numeric_limits<std::uint32_t>::max() - 1024;
constexpr std::size_t kEventBytesMax = limits::kRecordBytesMax - 1_MiB;  // a record may be a little larger
constexpr std::size_t kKeptBytesMax = 256_KiB;  // of the repaired text, from one event to the next

}  // namespace

std::string_view to_string(Rejection reason) {
    switch (reason) {
        case Rejection::kSyntax:
            return "syntax";
        case Rejection::kMalformed:
            return "malformed";
        case Rejection::kNotAnObject:
            return "not an object";
        case Rejection::kWrongKind:
            return "wrong kind";
        case Rejection::kMissingAuditId:
            return "missing auditID";
        case Rejection::kUnknownStage:
            return "unknown stage";
        case Rejection::kWrongType:
            return "wrong type";
        case Rejection::kTooManyMembers:
            return "too many members";
        case Rejection::kTooLarge:
            return "too large";
    }
    return {};
}

class EventReader::Impl {
public:
    Impl(std::string_view body, Framing framing, std::size_t window, const ScanKernel& kernel)
        : body_{body}, tokens_{window, kernel}, events_{tokens_}, bodies_{body, framing, tokens_, events_} {}

    Result<Item> next();
    void release();

    EventWalker& events() { return events_; }
    std::size_t position() const { return position_; }

private:
    // Nothing: bodies_ found something else than an item here.
    Result<std::optional<Item>> take(Found found);
    Result<std::optional<Item>> take_object();
    Result<std::optional<Item>> take_other();
    Item rejected(Rejection reason, std::uint32_t begin, std::uint32_t end);
    bool repair();
    bool walk_repaired();

    const std::string_view body_;
    JsonTokens tokens_;
    EventWalker events_;
    BodyWalker bodies_;
    std::string repaired_;
    std::uint64_t number_ = 0;
    std::size_t position_ = 0;
};

Result<Item> EventReader::Impl::next() {
    if (body_.size() > kBodyBytesMax) return Error{ErrorCode::kTooLarge, "the body is above 4 GiB"};
    for (;;) {
        TRY(const auto found, bodies_.next());
        if (found == Found::kEnd) return Item{.kind = Item::Kind::kEnd, .number = number_, .begin = body_.size()};
        TRY(const auto item, take(found));
        if (item) return *item;
    }
}

Result<std::optional<Item>> EventReader::Impl::take(Found found) {
    switch (found) {
        case Found::kObject:
            return take_object();
        case Found::kOther:
            return take_other();
        case Found::kBadLine:
            return rejected(Rejection::kSyntax, bodies_.begin(), bodies_.end());
        case Found::kNothing:
        case Found::kEnd:
            break;
    }
    return std::optional<Item>{};
}

Item EventReader::Impl::rejected(Rejection reason, std::uint32_t begin, std::uint32_t end) {
    position_ = end;
    return {Item::Kind::kRejected, reason, number_++, begin, end - begin};
}

Result<std::optional<Item>> EventReader::Impl::take_other() {
    const auto begin = bodies_.begin();
    const auto end = events_.skim(1);
    if (end == 0 || bodies_.line_has_more(end)) {
        TRY(const auto found, bodies_.bad_item(begin));
        return take(found);
    }
    bodies_.item_taken(end);
    return rejected(Rejection::kNotAnObject, begin, end);
}

Result<std::optional<Item>> EventReader::Impl::take_object() {
    const auto begin = bodies_.begin();
    auto outcome = events_.walk(Mode::kCheck);
    auto end = events_.end();
    bool high = tokens_.high_until() > begin;
    if (outcome != Outcome::kEvent) {
        tokens_.reset(body_.data(), begin, bodies_.limit());
        const auto bounds = tokens_.ready() ? tokens_.measure(limits::kDepthMax) : Skipped{};
        end = static_cast<std::uint32_t>(begin + bounds.end);
        if (bounds.end != 0) outcome = events_.walk(Mode::kSkim);
        high = tokens_.high_until() > begin;
        tokens_.reset(body_.data(), end, bodies_.limit());
        if (bounds.end == 0) end = 0;
    }
    if (end == 0 || bodies_.line_has_more(end)) {
        TRY(const auto found, bodies_.bad_item(begin));
        return take(found);
    }
    auto reason = outcome == Outcome::kFault ? Rejection::kMalformed : events_.reason();
    if (end - begin > kEventBytesMax) {
        outcome = Outcome::kRejected;
        reason = Rejection::kTooLarge;
    } else if (outcome == Outcome::kEvent && high && !is_utf8(events_.event.text)) {
        if (!repair()) {
            outcome = Outcome::kRejected;
            reason = Rejection::kMalformed;
        }
        tokens_.reset(body_.data(), end, bodies_.limit());
    }
    events_.event.api_version_of_list = bodies_.list_version();
    bodies_.item_taken(end);
    if (outcome != Outcome::kEvent) return rejected(reason, begin, end);
    position_ = end;
    return Item{Item::Kind::kEvent, {}, number_++, begin, end - begin};
}

// The event in hand as it reads with U+FFFD for what is no UTF-8. Structure is ASCII, so nothing else changes. False:
// it cannot be one any more.
bool EventReader::Impl::repair() {
    const auto& event = events_.event;
    const auto size_max = event.text.size() + kRepairGrowthMax;
    release();
    repaired_.clear();
    repaired_.reserve(size_max + limits::kPadding);
    if (append_repaired(repaired_, event.text, size_max)) return walk_repaired();

    // Without its bodies. What else was cut goes too; it is in nobody's way.
    std::string_view gone[2];
    std::size_t count = 0;
    for (auto& member : event.members) {
        if (member.cut || (member.field != Field::kRequestObject && member.field != Field::kResponseObject)) continue;
        member.cut = true;
        gone[count++] = member.field == Field::kRequestObject ? "/requestObject" : "/responseObject";
    }
    Edits cuts;
    cut_members(event.members, cuts);
    repaired_.clear();
    std::uint32_t at = 0;
    bool fits = true;
    for (const auto& cut : cuts.sorted()) {
        fits = fits && append_repaired(repaired_, event.text.substr(at, cut.range.begin - at), size_max);
        at = cut.range.end;
    }
    if (!fits || !append_repaired(repaired_, event.text.substr(at), size_max) || !walk_repaired()) return false;
    for (std::size_t i = 0; i < count; ++i) events_.removed.add(gone[i]);
    return true;
}

bool EventReader::Impl::walk_repaired() {
    auto outcome = Outcome::kFault;
    const auto size = static_cast<std::uint32_t>(repaired_.size());
    repaired_.append(limits::kPadding, ' ');
    for (const auto mode : {Mode::kCheck, Mode::kSkim}) {
        if (outcome == Outcome::kEvent) break;
        tokens_.reset(repaired_.data(), 0, size);
        outcome = events_.walk(mode);
    }
    events_.event.repaired = true;
    return outcome == Outcome::kEvent;
}

void EventReader::Impl::release() {
    if (repaired_.capacity() > kKeptBytesMax) repaired_ = {};
}

EventReader::EventReader(std::string_view body, Framing framing, std::size_t window, const ScanKernel& kernel)
    : impl_{std::make_unique<Impl>(body, framing, window, kernel)} {}
EventReader::~EventReader() = default;
Result<Item> EventReader::next() { return impl_->next(); }
Event& EventReader::event() { return impl_->events().event; }
Edits& EventReader::edits() { return impl_->events().edits; }
Removed& EventReader::removed() { return impl_->events().removed; }
std::size_t EventReader::position() const { return impl_->position(); }
void EventReader::release() { impl_->release(); }

}  // namespace auditfwd
