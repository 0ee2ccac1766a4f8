#include "forwarder/pipeline/pipeline.h"

#include <algorithm>
#include <utility>

#include "codecs/json_text.h"
#include "forwarder/base/limits.h"
#include "forwarder/base/units.h"
#include "forwarder/pipeline/keep.h"
#include "forwarder/pipeline/request_facts.h"

namespace auditfwd {

namespace {

constexpr std::size_t kEditorWindow = 16_KiB;

Drop drop_reason(const Decision& decision, Level level) {
    if (level == Level::kNone && decision.rule == 0 && decision.drop) return Drop::kNoRule;
    return level == Level::kNone ? Drop::kLevelNone : Drop::kOmitStage;
}

// What cannot be decided on must not decide: such an event is kept, without bodies.
Decision decide(const Policy& policy, const Event& event) {
    return event.readable ? policy.decide(request_facts(event)) : Policy::unreadable();
}

}  // namespace

Pipeline::Pipeline(const Rules& rules, const RecordOrigin& origin, std::string_view body, Framing framing,
                   PipelineObserver* observer, EventDetector* detector)
    : rules_{rules},
      reader_{body, framing},
      writer_{origin},
      editor_{kEditorWindow},
      redactor_{rules.redaction.get()},
      own_detector_{rules.detections && !detector ? std::make_unique<EventDetector>(rules.detections) : nullptr},
      detector_{detector ? detector : own_detector_.get()},
      observer_{observer} {}

Result<Pipeline::Step> Pipeline::run(BlockBuilder& out, std::size_t block_bytes) {
    while (out.text().size() < block_bytes) {
        TRY(const auto item, reader_.next());
        switch (item.kind) {
            case Item::Kind::kEvent:
                take(item, out);
                reader_.release();
                break;
            case Item::Kind::kRejected:
                reject(item, item.reason);
                break;
            case Item::Kind::kEnd:
                return Step::kEnd;
        }
    }
    return Step::kMore;
}

// One event's way: detections → policy → redaction → record.
void Pipeline::take(const Item& item, BlockBuilder& out) {
    auto& event = reader_.event();
    const bool part = writer_.is_part(event, editor_);
    const auto* detected = part || !detector_ ? nullptr : detector_->detect(event);
    const auto decision = part ? Decision{.level = event.level, .drop = false} : decide(*rules_.policy, event);
    auto level = std::min(event.level, decision.level);
    bool dropped = decision.drop || level == Level::kNone;
    if (dropped && detected) {
        detector_->count_dropped();
        if (detector_->detections()->options().keep_dropped) {
            dropped = false;
            level = Level::kMetadata;
        }
    }
    const Verdict verdict{
        .level = level, .rule = decision.rule, .unreadable = decision.unreadable, .detected = detected};
    const auto begin = out.text().size();
    if (!dropped) {
        RecordFacts facts;
        const bool written = part ? writer_.write_whole(event, editor_, out.text(), facts)
                                  : write(verdict, decision.omit_managed_fields, out.text(), facts);
        if (!written) return reject(item, Rejection::kMalformed);
        if (detected && detector_->detections()->options().outputs) add_outputs(begin, out.text());
        out.add(facts);
    }
    if (observer_ && detected) explain_outputs(verdict, dropped, std::string_view{out.text()}.substr(begin));
    ++tally_.received;
    ++(dropped ? tally_.dropped[static_cast<std::size_t>(drop_reason(decision, level))] : tally_.stored);
    count_flaws(event, decision.unreadable);
    if (observer_) report(item, decision, level, dropped, detected != nullptr);
}

void Pipeline::report(const Item& item, const Decision& decision, Level level, bool dropped, bool detected) {
    observer_->item({.number = item.number,
                     .event = &reader_.event(),
                     .decision = decision,
                     .level = level,
                     .dropped = dropped,
                     .removed = &reader_.removed(),
                     .detector = detected ? detector_ : nullptr,
                     .outputs = outputs_});
    outputs_ = {};
}

// What the level keeps, redacted, as a line. False: something that is kept is malformed.
bool Pipeline::write(const Verdict& verdict, bool omit_managed_fields, std::string& out, RecordFacts& facts) {
    auto& event = reader_.event();
    return keep_at(verdict.level, omit_managed_fields, reader_, editor_) &&
           redactor_.apply(event, reader_.edits(), reader_.removed()) &&
           writer_.write(event, reader_.edits(), reader_.removed(), verdict, editor_, out, facts);
}

std::span<const std::string> Pipeline::outputs(std::string_view record, std::span<const std::uint32_t> rules) {
    if (!rule_outputs_) rule_outputs_ = std::make_unique<RuleOutputs>(detector_->detections());
    scratch_.assign(record);
    scratch_.append(limits::kPadding, ' ');
    return rule_outputs_->render({scratch_.data(), record.size()}, rules);
}

// Into the member `auditfwd` of the record that was just written, which is its last. Not where another auditfwd has
// said what it detected: the outputs could not be told apart.
void Pipeline::add_outputs(std::size_t begin, std::string& out) {
    if (reader_.event().find(Field::kAuditfwd) != nullptr) return;
    constexpr std::string_view kEnd = "}}\n";
    const auto texts = outputs(std::string_view{out}.substr(begin, out.size() - 1 - begin), detector_->named());
    out.resize(out.size() - kEnd.size());
    out += ",\"outputs\":";
    char before = '[';
    for (const auto& text : texts) {
        out += std::exchange(before, ',');
        append_quoted(out, text);
    }
    out += ']';
    out += kEnd;
}

// Of a dropped event as it would be kept at level Metadata.
void Pipeline::explain_outputs(const Verdict& verdict, bool dropped, std::string_view record) {
    std::string at_metadata;
    if (dropped) {
        auto lower = verdict;
        lower.level = Level::kMetadata;
        RecordFacts facts;
        if (!write(lower, false, at_metadata, facts)) return;
        reader_.removed().clear();
        record = at_metadata;
    }
    record.remove_suffix(1);
    outputs_ = outputs(record, detector_->rules());
}

void Pipeline::count_flaws(const Event& event, bool unreadable) {
    tally_.flaws[static_cast<std::size_t>(Flaw::kRepaired)] += event.repaired;
    tally_.flaws[static_cast<std::size_t>(Flaw::kUnknownLevel)] += !event.level_known;
    tally_.flaws[static_cast<std::size_t>(Flaw::kUnreadable)] += unreadable;
    tally_.flaws[static_cast<std::size_t>(Flaw::kTooDeep)] += event.too_deep;
}

void Pipeline::reject(const Item& item, Rejection reason) {
    ++tally_.received;
    ++tally_.rejected[static_cast<std::size_t>(reason)];
    if (tally_.first_rejection.empty())
        tally_.first_rejection = "item " + std::to_string(item.number) + ": " + std::string{to_string(reason)};
    if (rejected_.size() < kRejectedRangesMax) rejected_.push_back({item.number, item.begin, item.bytes, reason});
    if (!observer_) return;
    ItemReport report;
    report.number = item.number;
    report.rejected = true;
    report.reason = reason;
    observer_->item(report);
}

}  // namespace auditfwd
