// Delivery, from the spool to batches.
#include <boost/asio/post.hpp>

#include "forwarder/delivery/delivery.h"

namespace auditfwd {

namespace {

CursorCounts counts_of(SpoolStep::Kind kind, std::uint64_t n) {
    switch (kind) {
        case SpoolStep::Kind::kUnused:
            return {.unused = n};
        case SpoolStep::Kind::kDamaged:
            return {.damaged = n};
        case SpoolStep::Kind::kExpired:
            return {.expired = n};
        case SpoolStep::Kind::kUnwanted:
        case SpoolStep::Kind::kBlock:
        case SpoolStep::Kind::kEnd:
            break;
    }
    return {};
}

}  // namespace

// Reads on until a batch is full or nothing more is there. Gives none when there is nothing to send, or nothing yet:
// after each block without a wanted record the loop gets its turn.
Task<std::optional<LoadedBatch>> Delivery::load() {
    while (!batcher_.full() && !leaving()) {
        auto step = reader_->read(batcher_.next(), wanted_);
        if (!step) {
            meter_.read_failures.Increment();
            note_trouble("cannot read the spool", step.error().message);
            read_after_ = context_.clock.steady() + read_retry_.next_wait();
            break;
        }
        read_retry_.reset();
        if (step->kind == SpoolStep::Kind::kEnd) {
            at_end_ = true;
            changed_.notify_all();
            break;
        }
        if (step->kind == SpoolStep::Kind::kBlock) {
            note_read(*step->block);
            batcher_.add(step->block);
            if (batcher_.empty()) account_filtered();
        } else if (step->kind == SpoolStep::Kind::kUnwanted) {
            batcher_.pass_over(step->offsets);
            if (batcher_.empty()) account_filtered();
        } else {
            if (!batcher_.empty()) break;
            account_filtered();
            finish(step->offsets, counts_of(step->kind, step->offsets.size()));
            batcher_.skip_to(step->offsets.last + 1);
        }
        step->block.reset();
        co_await asio::post(use);  // a long way through the spool must not hold up other sinks
        if (batcher_.empty()) co_return std::nullopt;
    }
    std::optional<LoadedBatch> batch;
    if (!batcher_.empty()) batch = batcher_.take();
    account_filtered();
    co_return batch;
}

void Delivery::account_filtered() {
    if (const auto filtered = batcher_.take_filtered()) finish(*filtered, {.filtered = filtered->size()});
}

void Delivery::note_read(const StoredBlock& block) {
    if (reads_.empty() || reads_.back().last < block.offsets.last)
        reads_.push_back({block.offsets.last, block.received});
    if (reads_.size() == 1) publish();
}

// While nothing is read because the sink is not open, its lag still has an age.
void Delivery::peek_lag() {
    if (!reads_.empty()) return;
    const auto step = reader_->read(progress_.done() + 1);
    if (step && step->kind == SpoolStep::Kind::kBlock) note_read(*step->block);
}

}  // namespace auditfwd
