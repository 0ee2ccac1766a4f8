// The one queue of the program: records on disk, in order, until every sink that holds them has them.
//
// FORMAT.md specifies the files. Left of the spool everything is part of a request and may be refused; right of it
// nothing is refused, only late. A source is answered when append() returns, because then a sync covers its records.
//
// Owner: App; it outlives all readers and the coroutines that append, and the workers' event loops outlive it. Thread:
// append() from any worker; segments are written on the spool's own thread alone, readers read on theirs.
//
// Memory: blocks on their way belong to the callers' reservations (an append that may wait does so for 16 MiB at most);
// the spool itself holds 2 MiB of read blocks, and for each reader one compressed block, its largest. In memory it
// holds bytes_max.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codecs/block.h"
#include "codecs/record.h"
#include "forwarder/base/asio.h"
#include "forwarder/base/clock.h"
#include "forwarder/base/file_system.h"
#include "forwarder/base/metrics.h"
#include "forwarder/base/result.h"

namespace auditfwd {

enum class Durability {
    kSync,      // a sync is requested at once
    kInterval,  // within a second or 16 MiB: for sources that can read again
};

// What happens to a sink that is last when the disk bound is reached.
enum class WhenFull {
    kRefuse,  // it holds the disk: append() fails with kFull
    kExpire,  // its oldest segments go; it learns so from its reader
};

// What a reader finds at an offset.
struct SpoolStep {
    enum class Kind {
        kBlock,     // `block` holds it
        kUnused,    // numbers never given to a record
        kDamaged,   // records that cannot be read any more
        kExpired,   // records deleted before this reader had them
        kUnwanted,  // records of a block that holds none the reader wants: its text was not read
        kEnd,       // nothing durable yet at this offset; `offsets` is empty
    };
    Kind kind = Kind::kEnd;
    OffsetRange offsets{};                     // from the offset asked for to the last one this step covers
    std::shared_ptr<const StoredBlock> block;  // may begin before the offset asked for
};

// Whether a reader wants a record, judged by its row in the block's table.
using WantsRecord = std::function<bool(const RecordFacts&)>;

// One sink's way of reading. Owner: its delivery; destroyed before the spool. Thread: that of the executor given. It
// keeps the segment open that it reads, also when that is deleted meanwhile.
class SpoolReader {
public:
    virtual ~SpoolReader() = default;

    // What is at `offset`. Reads files (page cache, mostly) and decompresses; blocks are cached and shared between
    // readers. Fails only for what may pass (kUnavailable, kBroken); damage is a step, not an error.
    // With `wants`, blocks none of whose records from `offset` on are wanted need not be read.
    virtual Result<SpoolStep> read(Offset offset, const WantsRecord& wants) = 0;
    Result<SpoolStep> read(Offset offset) { return read(offset, {}); }

    // Returns when something is durable at `offset` or beyond, or at `until`.
    virtual Task<void> wait_for(Offset offset, SteadyTime until) = 0;

    // This sink needs nothing below `offset` any more; its cursor says so durably.
    virtual void release(Offset offset) = 0;
};

class Spool {
public:
    struct Options {
        std::filesystem::path directory;
        std::uint64_t bytes_max = 8ull << 30;
        unsigned free_percent_min = 10;
        unsigned syncs_per_second_max = 200;
        std::uint64_t segment_bytes = 128ull << 20;
        bool in_memory = false;  // same blocks, no files: promise 1 is off
    };

    struct State {
        std::string id;  // 32 hex digits
        Offset first{};  // oldest record kept; last + 1 when there is none
        Offset last{};   // newest durable record; 0 when there was none yet
        std::uint64_t bytes = 0;
        bool failed = false;  // two failures in a row: appends are refused until the disk heals
    };

    // Opens or creates the spool and recovers its last segment. Fails (kUnavailable) if another process owns the
    // directory, or if it cannot be written. A torn tail and damaged blocks are no failure: counted and logged.
    static Result<std::unique_ptr<Spool>> open(Options options, FileSystem& files, const Clock& clock,
                                               Metrics& metrics);
    virtual ~Spool() = default;  // CHECKs that close() was awaited

    // Returns when a sync covers all the blocks, which get consecutive offsets; `checkpoint` is stored with the last of
    // them. An empty `blocks` with a checkpoint writes a checkpoint-only block. Fails with kFull at the disk bound and
    // with kBroken when the disk refuses writes; cursors see nothing of the blocks then. Not cancellable: an append
    // whose caller stopped waiting may still become durable.
    virtual Task<Result<OffsetRange>> append(std::vector<Block> blocks, std::optional<Checkpoint> checkpoint,
                                             Durability durability) = 0;

    // The latest durable position of a source, as recovered at open() or appended since.
    virtual std::optional<std::string> checkpoint(std::string_view source) const = 0;

    // Registers a sink that needs everything from `from` on.
    virtual std::unique_ptr<SpoolReader> reader(std::string sink, Offset from, WhenFull when_full,
                                                Executor executor) = 0;

    virtual State state() const = 0;

    // Stops accepting (kUnavailable), syncs what was accepted, releases the directory.
    virtual Task<void> close() = 0;
};

}  // namespace auditfwd
