// The spool without its thread: recovers, appends, syncs, retains. Every call blocks on the disk.
//
// A failed write or sync closes the segment for good, and the same appends, with the same offsets, go to a new one; if
// that fails too they are refused, and so is everything else until a probe, once a second, finds the disk healed.
//
// Owner: the spool. Thread: the spool's, one at a time; catalog() for any.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "forwarder/base/log.h"
#include "forwarder/spool/catalog.h"
#include "forwarder/spool/disk_usage.h"
#include "forwarder/spool/segment_writer.h"
#include "forwarder/spool/spool.h"
#include "forwarder/spool/spool_metrics.h"
#include "forwarder/spool/spool_state.h"

namespace auditfwd::spool {

// What a caller wants stored as a whole, and what became of it.
struct Append {
    std::vector<Block> blocks;  // not empty; one without records for a checkpoint alone
    std::optional<Checkpoint> checkpoint;
    std::optional<Result<OffsetRange>> outcome;

    std::uint64_t records() const;
    std::uint64_t bytes() const;  // on disk
};

class Store {
public:
    // As Spool::open().
    static Result<std::unique_ptr<Store>> open(const Spool::Options& options, FileSystem& files, const Clock& clock,
                                               SpoolMetrics& metrics);

    // Makes as many of the first appends durable as fit into a segment, and gives their number, at least one: each of
    // them has its outcome then.
    std::size_t commit(std::span<Append* const> appends);

    // When to probe() next; nothing unless the disk failed.
    std::optional<SteadyTime> probe_at() const { return retry_at_; }
    void probe();

    // Deletes what every reader released.
    void tidy();

    // Says durably which numbers were used. The lock ends with the object.
    void close();

    const Catalog& catalog() const { return *catalog_; }
    Catalog& catalog() { return *catalog_; }

private:
    Store(const Spool::Options& options, FileSystem& files, const Clock& clock, SpoolMetrics& metrics);

    Result<void> recover_all();
    Result<void> fill_catalog(const Recovered& found);

    Result<void> admit(const Append& append, std::uint64_t bytes_before);
    Result<void> make_room(std::uint64_t bytes);
    bool delete_oldest(const Segment& segment);

    Result<void> write(std::span<Append* const> run, Offset first);
    Result<void> ensure_segment(std::uint64_t bytes);
    Result<void> reserve(Offset up_to);
    Result<void> sync_segment();
    void close_segment();
    void published(std::span<Append* const> run, Offset first);
    void write_mark();
    void refuse(std::span<Append* const> run, const Error& error);
    void failed(const Error& error);

    const Spool::Options options_;
    FileSystem& files_;
    const Clock& clock_;
    SpoolMetrics& metrics_;
    std::unique_ptr<FileLock> lock_;
    std::unique_ptr<Catalog> catalog_;
    DiskUsage usage_;

    SpoolState state_;         // as last saved
    Offset last_{};            // newest durable one
    Offset next_{1};           // never given to a record before
    Predecessor predecessor_;  // of the next segment
    std::uint64_t next_segment_ = 1;
    std::vector<SegmentName> void_segments_;
    std::unique_ptr<SegmentWriter> writer_;
    std::uint64_t counted_ = 0;  // bytes of the writer's segment that usage_ knows
    std::unique_ptr<File> mark_;
    std::optional<SteadyTime> retry_at_;
    Error trouble_{ErrorCode::kBroken, ""};  // why, while retry_at_ is set
    RateLimited trouble_log_;
    RateLimited refusal_log_;
    RateLimited expiry_log_;
};

}  // namespace auditfwd::spool
