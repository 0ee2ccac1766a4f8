// Notices what went away unread between two looks at a log's directory, as far as a listing can tell.
//
// Pure. Owner: the LogReader. Thread: one at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "forwarder/source/file/follower.h"

namespace auditfwd {

class LossWatch {
public:
    struct Losses {
        std::vector<LogFile> removed;       // rotated files that were unread when they were last seen
        std::uint64_t truncated_bytes = 0;  // what the live file held when it was cut, before we came to it
        // What was live is not there any more: whatever was rotated since may have come and gone as well. (A compressed
        // file has another inode; the first new one is taken for it.)
        bool gap = false;
    };

    // `unread` are the successors() of `position` in `listing`.
    Losses look(const Listing& listing, const std::vector<LogFile>& unread, const Position& position);
    // Our file is the live one, and there is no other.
    void look_at_live(const LogFile& live);
    // The file is not unread any more.
    void take(const LogFile& file);

    std::uint64_t unread_bytes() const;

private:
    bool is_gap(const Listing& listing) const;
    std::uint64_t truncated(const Listing& listing, const Position& position) const;

    std::optional<LogFile> live_;
    std::string newest_rotated_;
    std::vector<LogFile> unread_;
};

}  // namespace auditfwd
