// How far a log has been read, so that the place is found again whatever became of the file meanwhile.
//
// A file is known by device and inode, and by what lies before the offset: the first and the last kilobyte of it. The
// first still tells whose content it is after gzip gave it another inode; the last tells whether that content is what
// was read (a file that lost its end in a crash, or was truncated and written again, is another one from there on).
// Pure, but for reading the file. Thread: any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "forwarder/base/file_system.h"
#include "forwarder/base/result.h"

namespace auditfwd {

// What of a file has been consumed. Offsets count the log's own bytes, of a gzip file what it decompresses to.
struct Past {
    std::uint64_t offset = 0;
    std::uint64_t head = 0;  // hash of the first kPastBytes before the offset, fewer when there are fewer
    std::uint64_t tail = 0;  // of the last ones
    bool operator==(const Past&) const = default;
};

inline constexpr std::uint64_t kPastBytes = 1024;

struct Position {
    FileId id;  // all zero: no file yet
    Past past;
    std::string rotated;  // the time in the file's name; empty for the live file
    std::string older;    // no rotated file up to this time is wanted any more
    bool operator==(const Position&) const = default;
};

// One line of text, far below limits::kCheckpointBytesMax. Parsing fails with kInvalid.
std::string to_text(const Position& position);
Result<Position> parse_position(std::string_view text);

// The past of `file` at `offset`, given an earlier one of the same file. A shorter file gives one that does not match.
Result<Past> past_at(File& file, std::uint64_t offset, const Past& before);

enum class Match {
    kSame,       // all of it
    kSameStart,  // the first kilobyte only
    kOther,
};
Result<Match> compare(File& file, const Past& past);

}  // namespace auditfwd
