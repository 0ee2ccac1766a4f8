// One body's way from received bytes to records: decode → (detect) → policy → (redact) → render.
//
// Plain synchronous calls on the worker that received the bytes, so that the order is code and nothing can copy an event
// before the policy has spoken. Pure. Owner: the intake, for one submission. Thread: the worker's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "codecs/block.h"
#include "codecs/event_reader.h"
#include "forwarder/base/result.h"
#include "forwarder/pipeline/tally.h"
#include "forwarder/policy/policy.h"

namespace auditfwd {

// What decides; immutable, shared by all workers, replaced whole on reload.
struct Rules {
    std::shared_ptr<const Policy> policy;
};

// Who sent the body; goes into every record. Harmless characters only (names are checked where they enter).
struct RecordOrigin {
    std::string_view cluster;
    std::string_view source;
    std::string_view peer;  // empty: none
    bool trusted = false;   // another auditfwd: its member is merged, not removed as forged
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
    Level level = Level::kNone;             // of the record: the lower of the event's and the policy's
    bool dropped = false;
    const Removed* removed = nullptr;
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

    // All references, and what they view, outlive it.
    Pipeline(const Rules& rules, const RecordOrigin& origin, std::string_view body, Framing framing,
             PipelineObserver* observer = nullptr);
    ~Pipeline();

    // Appends records to `out` until its text has `block_bytes`, or the body ends. Fails with kInvalid when the body is
    // not JSON, or no kind of audit event: then nothing of it may be kept.
    Result<Step> run(BlockBuilder& out, std::size_t block_bytes);

    const Tally& tally() const { return tally_; }
    const std::vector<RejectedRange>& rejected() const { return rejected_; }

private:
    struct Scratch;
    void event(std::uint64_t number, BlockBuilder& out);
    void reject(const Item& item);

    const Rules& rules_;
    const RecordOrigin origin_;
    EventReader reader_;
    PipelineObserver* const observer_;
    std::unique_ptr<Scratch> scratch_;
    Tally tally_;
    std::vector<RejectedRange> rejected_;
};

}  // namespace auditfwd
