// How much room the spool takes and has, without asking the disk for every append.
//
// Segments are counted exactly; other files of the directory (dead letters, cursors, a sink's own) are added up every
// ten seconds, the disk's free space is asked for every second. Owner: the store. Thread: the spool's.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "forwarder/base/clock.h"
#include "forwarder/base/file_system.h"
#include "forwarder/spool/retention.h"

namespace auditfwd::spool {

class DiskUsage {
public:
    struct Limits {
        std::uint64_t bytes_max = 0;
        unsigned free_percent_min = 0;
    };

    DiskUsage(FileSystem& files, const Clock& clock, std::filesystem::path spool, Limits limits)
        : files_{files}, clock_{clock}, spool_{std::move(spool)}, limits_{limits} {}

    // Segments grew, or were deleted.
    void add(std::uint64_t bytes);
    void subtract(std::uint64_t bytes);

    Room room();
    // The disk said it is full: what is known of its free space is wrong.
    void doubt() { space_asked_.reset(); }
    std::uint64_t used() const { return segment_bytes_ + other_bytes_; }

private:
    FileSystem& files_;
    const Clock& clock_;
    const std::filesystem::path spool_;
    const Limits limits_;
    std::uint64_t segment_bytes_ = 0;
    std::uint64_t other_bytes_ = 0;
    Space space_{UINT64_MAX, UINT64_MAX};
    std::optional<SteadyTime> others_added_;
    std::optional<SteadyTime> space_asked_;
};

// Bytes of all files below `directory` but the segments at its top. What cannot be read counts as nothing.
std::uint64_t other_bytes(FileSystem& files, const std::filesystem::path& directory);

}  // namespace auditfwd::spool
