// What became of each offset, and up to where all of them are accounted for. Pure.
//
// Batches may end in any order and in pieces; the position that is committed is the end of the longest finished prefix,
// and the counts committed with it are those of exactly that prefix: their sum is always number(done()).
#pragma once

#include <cstdint>
#include <map>

#include "codecs/record.h"
#include "forwarder/spool/cursor.h"

namespace auditfwd {

std::uint64_t sum(const CursorCounts& counts);
CursorCounts& operator+=(CursorCounts& counts, const CursorCounts& more);

class Progress {
public:
    // CHECKs that `counts` add up to number(done).
    Progress(Offset done, const CursorCounts& counts);

    // Every offset of `range` has ended, as `counts` say, which add up to its size. CHECKs that none had ended before.
    void finish(OffsetRange range, const CursorCounts& counts);

    // `n` dead letters have been delivered after all.
    void redeem(std::uint64_t n);

    Offset done() const { return done_; }
    const CursorCounts& counts() const { return counts_; }

private:
    struct Finished {
        Offset last;
        CursorCounts counts;
    };

    Offset done_;
    CursorCounts counts_;
    std::map<Offset, Finished> ahead_;  // by first offset; beyond done_, behind something that has not ended yet
};

}  // namespace auditfwd
