#include "forwarder/pipeline/lowering.h"

#include <algorithm>
#include <array>

#include "codecs/event_reader.h"
#include "codecs/json_text.h"
#include "forwarder/base/limits.h"
#include "forwarder/base/units.h"
#include "forwarder/pipeline/keep.h"
#include "forwarder/pipeline/request_facts.h"

namespace auditfwd {

namespace {

constexpr std::size_t kEditorWindow = 16_KiB;

}  // namespace

Lowering::Lowering(std::shared_ptr<const Policy> policy)
    : policy_{std::move(policy)},
      writer_{{.cluster = {}, .source = {}, .peer = {}, .trusted = true}},
      editor_{kEditorWindow} {}

Lowering::Left Lowering::lower(RecordView& record) {
    text_.assign(record.json);
    text_.append(limits::kPadding, ' ');
    EventReader reader{{text_.data(), record.json.size()}, Framing::kLines};
    const auto item = reader.next();
    if (!item || item->kind != Item::Kind::kEvent) return Left::kNothing;
    auto& event = reader.event();
    const auto [piece, undecided] = ours(event);
    if (piece) return Left::kNothing;
    const auto decision = undecided || !event.readable ? Policy::unreadable() : policy_->decide(request_facts(event));
    const auto level = std::min(event.level, decision.level);
    if (decision.drop || level == Level::kNone) return Left::kNothing;
    if (!keep_at(level, decision.omit_managed_fields, reader, editor_)) return Left::kNothing;
    if (level == event.level && reader.removed().empty()) return Left::kAll;
    lowered_.clear();
    RecordFacts facts;
    if (!writer_.write(event, reader.edits(), reader.removed(), {.level = level}, editor_, lowered_, facts))
        return Left::kNothing;
    lowered_.pop_back();  // its newline
    record.json = lowered_;
    record.facts.level = level;
    record.facts.bytes = static_cast<std::uint32_t>(lowered_.size());
    return Left::kLess;
}

Lowering::Ours Lowering::ours(const Event& event) {
    const auto* const member = event.find(Field::kAuditfwd);
    if (member == nullptr) return {};
    std::array<ObjectMember, 32> members;
    bool spaced = false;
    const auto count = editor_.members_of(event.raw(member->value), members, spaced);
    const auto says = [&](std::string_view name) {
        return std::any_of(members.begin(), members.begin() + static_cast<std::ptrdiff_t>(count),
                           [name](const ObjectMember& one) { return is_name(one.key, name); });
    };
    return {.piece = says("piece"), .undecided = count == 0 || says("masked") || says("unreadable")};
}

}  // namespace auditfwd
