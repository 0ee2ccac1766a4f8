// The Intake of a worker: a body goes through the pipeline, its blocks into the spool, and the answer waits for the
// disk.
//
// Owner: App; it outlives the sources. Thread: its worker, for everything but set_rules().
#pragma once

#include <memory>
#include <vector>

#include "forwarder/base/task_group.h"
#include "forwarder/intake/intake.h"
#include "forwarder/intake/ledger.h"
#include "forwarder/intake/rejections.h"
#include "forwarder/pipeline/pipeline.h"

namespace auditfwd {

class DurableIntake final : public Intake {
public:
    // All references outlive it. `executor` is the worker's.
    DurableIntake(Executor executor, std::shared_ptr<const Rules> rules, Spool& spool, Ledger& ledger,
                  Rejections& rejections);

    Task<Result<Accepted>> submit(Submission submission) override;

    // For submissions that begin from now on. To be called on the worker.
    void set_rules(std::shared_ptr<const Rules> rules) { rules_ = std::move(rules); }

    // New submissions fail with kUnavailable.
    void refuse() { refusing_ = true; }
    // Returns when appends that outlived their callers have ended too. Must be awaited before destruction.
    Task<void> close();

private:
    struct Append;
    Task<Result<std::vector<Block>>> make_blocks(Submission& submission, Pipeline& pipeline);
    Task<Result<Accepted>> make_durable(std::vector<Block> blocks, Submission& submission, const Tally& tally);
    Task<void> append(std::shared_ptr<Append> append);
    void note_rejections(const Submission& submission, const Pipeline& pipeline);
    std::shared_ptr<EventDetector> detector_of(const Rules& rules);
    BlockBuilder take_builder();
    void give_back(BlockBuilder builder);

    Executor executor_;
    std::shared_ptr<const Rules> rules_;
    std::shared_ptr<EventDetector> detector_;  // what it remembers outlives a body
    Spool& spool_;
    Ledger& ledger_;
    Rejections& rejections_;
    Compressor compressor_;
    std::vector<BlockBuilder> builders_;  // kept for their memory
    TaskGroup appends_;
    bool refusing_ = false;
};

}  // namespace auditfwd
