// What a spool's directory holds, as found at start: which segments, where the last one really ends, where every source
// stood. The one place that decides between torn and damaged.
//
// A bad block above everything that says "a sync covered this" was never acknowledged: it is torn, and cut off with all
// that follows. Below, it is damage: counted and skipped by readers, never cut. An append is whole or absent: blocks of
// one whose last is torn are cut with it.
//
// Thread: that of Spool::open().
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "forwarder/base/file_system.h"
#include "forwarder/spool/layout.h"
#include "forwarder/spool/scanner.h"
#include "forwarder/spool/segment_header.h"
#include "forwarder/spool/spool_state.h"

namespace auditfwd::spool {

using CheckpointMap = std::map<std::string, std::string, std::less<>>;  // source → position

// Whose spool it is.
struct Identity {
    SpoolState state;     // with the later of both marks
    bool saved = false;   // the state file says so; else the headers of segments do, and numbers used are unknown
    bool exists = false;  // false: there is neither state nor segment
};

// Reads only. Fails with kInvalid if there are segments and none tells its spool's id.
Result<Identity> identify(FileSystem& files, const std::filesystem::path& spool);

// The end of a segment that was being written.
struct Tail {
    std::uint64_t end = 0;      // bytes to keep
    std::uint64_t durable = 0;  // bytes a sync covered for certain
    Offset last{};  // newest offset below it, damaged ones included; the one before the segment's first if none
    std::uint64_t blocks = 0;
    std::uint64_t torn_bytes = 0;
    std::uint64_t damaged_bytes = 0;
    CheckpointMap checkpoints;
};

struct TailInput {
    std::uint32_t seed = 0;
    std::uint64_t begin = 0;    // end of the segment's header
    std::uint64_t size = 0;     // of the file
    Offset first{};             // of the segment
    std::uint64_t durable = 0;  // a sync covered this many bytes
};

// Reads the segment once, twice its heads. Changes nothing. Fails only if the file cannot be read.
Result<Tail> examine_tail(File& file, const TailInput& input);

struct Recovered {
    std::vector<SegmentName> segments;  // oldest first; all are closed for good
    // Hold nothing acknowledged: torn before their first sync, abandoned, or empty. To be removed before the next is
    // created.
    std::vector<SegmentName> void_segments;
    Predecessor predecessor;  // of the next segment
    std::uint64_t next_segment = 1;
    CheckpointMap checkpoints;
    // The segment written last, if it holds something, and where it ends; its file may be longer.
    std::optional<SegmentName> tail;
    std::uint64_t tail_end = 0;
    std::uint64_t tail_durable = 0;  // up to here a sync covered it for certain
    std::uint64_t torn_bytes = 0;
    std::uint64_t damaged_bytes = 0;
    std::uint64_t damaged_records = 0;  // known to be lost at the end; others are counted when they are read
};

// Reads only. `mark` is identify()'s.
Result<Recovered> examine(FileSystem& files, const std::filesystem::path& spool, const SpoolId& id,
                          const DurableMark& mark);

// Cuts what is torn off the tail and makes what was found durable, so that readers may rely on it. A process that was
// killed may have written more than it synced, and a sync of it may even have failed; a sync alone would say then that
// all is well, because the kernel forgets what it could not write. So that part is written again. Fails if the disk
// refuses.
Result<void> settle(FileSystem& files, const std::filesystem::path& spool, const Recovered& found);

}  // namespace auditfwd::spool
