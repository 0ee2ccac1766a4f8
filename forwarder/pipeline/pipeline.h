// One body's way from received bytes to records: decode → (detect) → policy → redact → render.
//
// Plain synchronous calls on the worker that received the bytes, so that the order is code and nothing can copy an
// event before the policy has spoken. Pure. Owner: the intake, for one submission. Thread: the worker's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "codecs/block.h"
#include "codecs/event_reader.h"
#include "codecs/record_writer.h"
#include "forwarder/base/result.h"
#include "forwarder/detection/detections.h"
#include "forwarder/detection/rule_outputs.h"
#include "forwarder/pipeline/tally.h"
#include "forwarder/policy/policy.h"
#include "forwarder/redaction/redaction.h"
#include "forwarder/redaction/redactor.h"

namespace auditfwd {

// What decides; immutable, shared by all workers, replaced whole on reload.
struct Rules {
    std::shared_ptr<const Policy> policy;
    std::shared_ptr<const Redaction> redaction = nullptr;    // null: none
    std::shared_ptr<const Detections> detections = nullptr;  // null: none
};

// An item that was refused alone: where it is, never what.
struct RejectedRange {
    std::uint64_t number;  // in its body, from 0
    std::size_t begin;
    std::size_t bytes;
    Rejection reason;
};

// Told of each item in order; for `explain`. The views live during the call.
struct ItemReport {
    std::uint64_t number = 0;
    bool rejected = false;
    Rejection reason = Rejection::kSyntax;  // if rejected; nothing below then
    const Event* event = nullptr;
    Decision decision;
    Level level = Level::kNone;  // of the record: the lower of the event's and the policy's
    bool dropped = false;
    const Removed* removed = nullptr;
    EventDetector* detector = nullptr;     // its rules() fired; null: none did
    std::span<const std::string> outputs;  // of these rules, in their order
};
class PipelineObserver {
public:
    virtual ~PipelineObserver() = default;
    virtual void item(const ItemReport& report) = 0;
};

class Pipeline {
public:
    enum class Step { kMore, kEnd };
    // Rejected items that are remembered one by one; the others are in the tally alone.
    static constexpr std::size_t kRejectedRangesMax = 64;

    // All references, and what they view, outlive it. `detector`: of the rules' detections, for its memory of what was
    // seen; null: one of its own.
    Pipeline(const Rules& rules, const RecordOrigin& origin, std::string_view body, Framing framing,
             PipelineObserver* observer = nullptr, EventDetector* detector = nullptr);

    // Appends records to `out` until its text has `block_bytes`, or the body ends. Fails with kInvalid when the body is
    // not JSON, or no kind of audit event: then nothing of it may be kept.
    Result<Step> run(BlockBuilder& out, std::size_t block_bytes);

    const Tally& tally() const { return tally_; }
    const std::vector<RejectedRange>& rejected() const { return rejected_; }

private:
    void take(const Item& item, BlockBuilder& out);
    void report(const Item& item, const Decision& decision, Level level, bool dropped, bool detected);
    bool write(const Verdict& verdict, bool omit_managed_fields, std::string& out, RecordFacts& facts);
    void add_outputs(std::size_t begin, std::string& out);
    void explain_outputs(const Verdict& verdict, bool dropped, std::string_view record);
    std::span<const std::string> outputs(std::string_view record, std::span<const std::uint32_t> rules);
    void reject(const Item& item, Rejection reason);
    void count_flaws(const Event& event, bool unreadable);

    const Rules& rules_;
    EventReader reader_;
    RecordWriter writer_;
    BodyEditor editor_;
    Redactor redactor_;
    std::unique_ptr<EventDetector> own_detector_;
    EventDetector* const detector_;  // null: no rules
    PipelineObserver* const observer_;
    std::unique_ptr<RuleOutputs> rule_outputs_;  // once there is something to say
    std::string scratch_;                        // a record that rules' outputs are rendered from
    std::span<const std::string> outputs_;       // for the observer
    Tally tally_;
    std::vector<RejectedRange> rejected_;
};

}  // namespace auditfwd
