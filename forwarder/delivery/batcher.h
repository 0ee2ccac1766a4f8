// Cuts the records of consecutive blocks into batches that a sink takes. Pure.
//
//   reader ──block──▶ Batcher (select, policy, limits) ──LoadedBatch──▶ Parts (parts.h) ──▶ Sink::send
//
// A batch also ends before it would hold on to more than kHeldBytesMax of blocks: a sink that selects one record in a
// thousand must not keep a thousand blocks in memory.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codecs/block.h"
#include "codecs/fit.h"
#include "forwarder/base/units.h"
#include "forwarder/delivery/select.h"
#include "forwarder/pipeline/lowering.h"
#include "forwarder/spool/spool.h"
#include "sinks/sink.h"

namespace auditfwd {

// Text of the blocks one batch keeps in memory; it always may have one block.
inline constexpr std::size_t kHeldBytesMax = 4_MiB;

// LoweredTexts that stay where they are for as long as it lives, with one byte behind each.
class LoweredTexts {
public:
    std::string_view add(std::string_view text);

private:
    std::vector<std::string> chunks_;  // never grown beyond their capacity
};

// Records for one send. Record i accounts for the offsets from owned_from[i] to its own: those before it that the
// sink does not want go with it.
struct LoadedBatch {
    std::vector<RecordView> records;
    std::vector<Offset> owned_from;
    std::vector<std::shared_ptr<const StoredBlock>> blocks;  // keep the records' bytes alive
    LoweredTexts lowered;                                    // and these those of which the policy left less
    bool too_large = false;  // its one record may be beyond SinkLimits::record_bytes_max
};

// How much more one batch takes, by the destination's count.
class BatchRoom {
public:
    explicit BatchRoom(const SinkLimits& limits) : limits_{limits} {}

    // Counts the record in if it fits; the first one always does.
    bool take(const RecordView& record);
    bool full() const { return records_ >= limits_.batch_records_max; }
    bool too_large(const RecordView& record) const { return bytes_of(record) > limits_.record_bytes_max; }
    std::size_t bytes_of(const RecordView& record) const {
        return record.json.size() + limits_.record_overhead_bytes + (limits_.id_in_record ? kIdBytes : 0);
    }

private:
    // At most, so that it need not be looked at: the spool's id, a slash and an offset.
    static constexpr std::size_t kIdBytes = id_bytes_max(32 + 1 + 20);

    SinkLimits limits_;
    std::size_t records_ = 0;
    std::size_t bytes_ = 0;
    std::int64_t oldest_ms_ = 0;  // stage times; 0: none is known
    std::int64_t newest_ms_ = 0;
};

class Batcher {
public:
    Batcher(const SinkLimits& limits, const Selection& selection)
        : limits_{limits}, selector_{selection}, room_{limits} {}

    // The sink's own policy, which decides from the next record on; null: there is none.
    void set_policy(std::shared_ptr<const Policy> policy) {
        lowering_.reset();
        if (policy) lowering_.emplace(std::move(policy));
    }
    // What it leaves of the record, lent until the next call; false: nothing.
    bool lower(RecordView& record) { return !lowering_ || lowering_->lower(record) != Lowering::Left::kNothing; }

    // Starts anew; the next block is read from `from`.
    void restart(Offset from);

    // Takes records of `block`, the one that holds next(), until it ends or the batch is full.
    void add(const std::shared_ptr<const StoredBlock>& block);

    // Of the block that holds next(), no record is wanted.
    void pass_over(OffsetRange unwanted);
    // What a block's table must hold for its text to be read; nothing: everything is wanted.
    WantsRecord wanted() const {
        if (selector_.trivial()) return {};
        return [this](const RecordFacts& facts) { return selector_.wants(facts); };
    }

    // The next record does not fit in: take().
    bool full() const { return full_; }
    bool empty() const { return batch_.records.empty(); }
    // The first offset that has not been looked at.
    Offset next() const { return next_; }

    LoadedBatch take();
    // Offsets before next() that nobody wanted and no record accounts for. CHECKs that take() came first.
    std::optional<OffsetRange> take_filtered();

    // Goes on behind a range that holds no readable record. CHECKs that nothing is left to take.
    void skip_to(Offset next);

private:
    bool add_record(const RecordView& record);
    void hold(const std::shared_ptr<const StoredBlock>& block);

    const SinkLimits limits_;
    const Selector selector_;
    std::optional<Lowering> lowering_;
    LoadedBatch batch_;
    std::size_t held_bytes_ = 0;
    BatchRoom room_;
    bool full_ = false;
    Offset next_{1};
    Offset unowned_from_{1};  // from here to next_: nobody wanted them so far
};

}  // namespace auditfwd
