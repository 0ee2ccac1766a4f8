// Reads a spool by offset: from the catalog to a segment, in it from head to head, to the block.
//
// Synchronous and alone with its files; spool.cpp adds waiting. Owner: a sink's SpoolReader. Thread: one at a time; the
// catalog and the cache are shared. Memory: a compressed block, and one entry for each MiB of the segment it walked.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "forwarder/base/log.h"
#include "forwarder/spool/block_cache.h"
#include "forwarder/spool/catalog.h"
#include "forwarder/spool/scanner.h"
#include "forwarder/spool/spool.h"
#include "forwarder/spool/spool_metrics.h"

namespace auditfwd::spool {

// Where a segment's acknowledged blocks end: known, or said by its successor's header, or else the size of `file`.
Result<std::uint64_t> end_of_segment(FileSystem& files, const std::filesystem::path& spool, const SpoolId& id,
                                     const Segment& segment, File& file);

class Reader {
public:
    Reader(FileSystem& files, std::filesystem::path spool, const Catalog& catalog, BlockCache& cache,
           SpoolMetrics& metrics)
        : files_{files}, spool_{std::move(spool)}, catalog_{catalog}, cache_{cache}, metrics_{metrics} {}

    // As SpoolReader::read().
    Result<SpoolStep> read(Offset offset, const WantsRecord& wants = {});

private:
    // Where the walk may be taken up again.
    struct Waypoint {
        std::uint64_t position = 0;
        Offset expected{};
    };
    // The segment being read.
    struct Open {
        Segment segment;
        std::unique_ptr<File> file;
        std::uint64_t end = 0;
        std::optional<Scanner> scanner;
        std::vector<Waypoint> waypoints;  // ascending; the first is the segment's beginning
    };

    Result<void> open(const Segment& segment);
    Result<SpoolStep> read_in_segment(Offset offset, const WantsRecord& wants);
    Result<SpoolStep> read_block(const ScanItem& item, Offset offset, const WantsRecord& wants);
    bool holds_wanted(const ScanItem& item, Offset offset, const WantsRecord& wants);
    SpoolStep damaged(Offset from, Offset to);
    void go_to(Offset offset);
    void walk_from(const Waypoint& waypoint);

    FileSystem& files_;
    const std::filesystem::path spool_;
    const Catalog& catalog_;
    BlockCache& cache_;
    SpoolMetrics& metrics_;
    std::unique_ptr<Open> open_;
    BlockBytes bytes_;
    Decompressor decompressor_;
    RateLimited damage_log_;
};

}  // namespace auditfwd::spool
