#include "forwarder/intake/durable_intake.h"

#include <boost/asio/post.hpp>

namespace auditfwd {

namespace {

constexpr std::size_t kBuildersKept = 2;
constexpr std::size_t kBuilderBytesKept = 2 * limits::kBlockBytes;

Accepted to_accepted(const Tally& tally) {
    Accepted accepted;
    accepted.received = tally.received;
    accepted.stored = tally.stored;
    accepted.dropped = tally.dropped_total();
    accepted.rejected = tally.rejected_total();
    accepted.first_rejection = tally.first_rejection;
    return accepted;
}

std::size_t bytes_of(const std::vector<Block>& blocks) {
    std::size_t bytes = 0;
    for (const auto& block : blocks) bytes += block.bytes();
    return bytes;
}

}  // namespace

// An append that may outlive the request it came with: its memory stays reserved until the spool has it.
struct DurableIntake::Append {
    explicit Append(Executor executor) : done{std::move(executor)} {}
    std::vector<Block> blocks;
    std::optional<Checkpoint> checkpoint;
    Durability durability = Durability::kSync;
    ByteBudget::Reservation memory;
    Tally tally;
    bool abandoned = false;  // its sender was told that it took too long
    std::optional<Result<OffsetRange>> result;
    Signal done;
};

DurableIntake::DurableIntake(Executor executor, std::shared_ptr<const Rules> rules, Spool& spool, Ledger& ledger,
                             Rejections& rejections)
    : executor_{executor},
      rules_{std::move(rules)},
      spool_{spool},
      ledger_{ledger},
      rejections_{rejections},
      appends_{executor} {}

Task<void> DurableIntake::close() {
    refusing_ = true;
    co_await appends_.join();
}

Task<Result<Accepted>> DurableIntake::submit(Submission submission) {
    if (refusing_) co_return Error{ErrorCode::kUnavailable, "shutting down"};
    const auto rules = rules_;  // a reload does not change a body half way
    const auto& from = submission.origin;
    const RecordOrigin origin{from.cluster, from.source, from.peer, from.trusted};
    const auto detector = detector_of(*rules);
    Pipeline pipeline{*rules, origin, submission.body.text(), submission.framing, nullptr, detector.get()};
    auto blocks = co_await make_blocks(submission, pipeline);
    if (!blocks) {
        ledger_.refused(blocks.error().code);
        co_return std::move(blocks).error();
    }
    auto tally = pipeline.tally();
    tally.received += submission.passed_over;
    tally.rejected[static_cast<std::size_t>(Rejection::kTooLarge)] += submission.passed_over;
    co_return co_await make_durable(*std::move(blocks), submission, tally);
}

Task<Result<std::vector<Block>>> DurableIntake::make_blocks(Submission& submission, Pipeline& pipeline) {
    const auto block_bytes = submission.checkpoint ? SIZE_MAX : limits::kBlockBytes;
    std::vector<Block> blocks;
    auto builder = take_builder();
    for (;;) {
        CO_TRY(const auto step, pipeline.run(builder, block_bytes));
        const bool ended = step == Pipeline::Step::kEnd;
        if (ended) {
            // The body's own memory is free before the last block is compressed.
            note_rejections(submission, pipeline);
            submission.body.drop_bytes();
        }
        if (!builder.empty()) blocks.push_back(builder.seal(compressor_));
        if (ended) break;
        co_await asio::post(use);  // others of this worker get their turn after each block
    }
    give_back(std::move(builder));
    submission.body.memory().shrink_to(bytes_of(blocks));
    co_return blocks;
}

Task<Result<Accepted>> DurableIntake::make_durable(std::vector<Block> blocks, Submission& submission,
                                                   const Tally& tally) {
    if (blocks.empty() && !submission.checkpoint) {
        ledger_.stored(tally);
        co_return to_accepted(tally);
    }
    const auto task = std::make_shared<Append>(executor_);
    task->blocks = std::move(blocks);
    task->checkpoint = std::move(submission.checkpoint);
    task->durability = submission.durability;
    task->memory = std::move(submission.body.memory());
    task->tally = tally;
    appends_.spawn(append(task));
    while (!task->result) {
        const bool notified = co_await task->done.wait_until(submission.until);
        if (!notified && !task->result) {
            task->abandoned = true;
            co_return Error{ErrorCode::kTimeout, "the records were not durable in time"};
        }
    }
    if (!*task->result) co_return task->result->error();
    co_return to_accepted(tally);
}

Task<void> DurableIntake::append(std::shared_ptr<Append> append) {
    auto appended =
        co_await spool_.append(std::move(append->blocks), std::move(append->checkpoint), append->durability);
    if (appended) {
        ledger_.stored(append->tally);
    } else {
        ledger_.refused(appended.error().code);
    }
    if (append->abandoned) ledger_.answered_late();
    append->memory.release();
    append->result = std::move(appended);
    append->done.notify_all();
}

void DurableIntake::note_rejections(const Submission& submission, const Pipeline& pipeline) {
    std::string lines;
    for (const auto& rejected : pipeline.rejected()) {
        const RejectedItem item{.cluster = submission.origin.cluster,
                                .source = submission.origin.source,
                                .number = rejected.number,
                                .bytes = submission.body.text().substr(rejected.begin, rejected.bytes),
                                .reason = to_string(rejected.reason)};
        lines += rejections_.line(item);
    }
    rejections_.note(std::move(lines));
}

std::shared_ptr<EventDetector> DurableIntake::detector_of(const Rules& rules) {
    if (!rules.detections) return nullptr;
    if (!detector_ || detector_->detections() != rules.detections) {
        detector_ = std::make_shared<EventDetector>(rules.detections);
    }
    return detector_;
}

BlockBuilder DurableIntake::take_builder() {
    if (builders_.empty()) return {};
    auto builder = std::move(builders_.back());
    builders_.pop_back();
    return builder;
}

void DurableIntake::give_back(BlockBuilder builder) {
    if (builders_.size() < kBuildersKept && builder.text().capacity() <= kBuilderBytesKept)
        builders_.push_back(std::move(builder));
}

}  // namespace auditfwd
