// Which file of a rotated log comes next, and where a remembered position is found again. The decisions of the file
// source, without a file: directory and position in, file out.
//
// Pure. Thread: any.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "forwarder/base/file_system.h"
#include "forwarder/source/file/position.h"

namespace auditfwd {

struct LogFile {
    std::string time;  // of its rotation, as in its name; empty: the live file
    bool compressed = false;
    FileId id;
    std::uint64_t size = 0;  // on disk
    bool operator==(const LogFile&) const = default;
};

// The files of one log at one moment.
struct Listing {
    std::vector<LogFile> rotated;  // oldest first
    std::optional<LogFile> live;
    bool empty() const { return rotated.empty() && !live; }
    std::string newest_rotated() const { return rotated.empty() ? std::string{} : rotated.back().time; }
};

// Sorts what was found. Where a rotated file stands beside its gzip file, that one is still being written: it goes.
Listing arrange(std::vector<LogFile> found);

// The files that are wanted after `position`'s file, in order. An empty live file is not yet one (whoever renamed the
// log may not have told its writer), except where no file is followed.
std::vector<LogFile> successors(const Listing& listing, const Position& position);

struct Place {
    enum class Kind {
        kFound,      // go on in `file` at the offset
        kRewritten,  // `file` was truncated or replaced in place: its beginning
        kLost,       // nowhere; successors() says what is left
    };
    Kind kind = Kind::kLost;
    LogFile file;
};

// Where a position remembered from before is now. `probe` compares a file with the position's past; its first failure
// is given back, because then nothing is certain.
Result<Place> locate(const Listing& listing, const Position& position,
                     const std::function<Result<Match>(const LogFile&)>& probe);

}  // namespace auditfwd
