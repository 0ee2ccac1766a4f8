// Lines kept in a directory of their own until they take too much room; then the oldest go.
//
//   DIR/<number of its first line, 20 digits>.ndjson     pieces of about bytes_max / 64, one after the other
//
// A piece is written by one process, and not after a write or sync of it failed: what a power loss takes then cannot
// lie before something that was synced. So only a piece's last line may be torn, and readers leave it out.
//
// For what must be kept but may not fill the disk: dead letters, intake's rejections. Owner: whoever appends; one
// BoundedLog for a directory. Thread: one at a time; all calls block.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "forwarder/base/file_system.h"
#include "forwarder/base/result.h"

namespace auditfwd {

class BoundedLog {
public:
    struct Piece {  // one file
        std::filesystem::path path;
        std::uint64_t first_line;
        std::uint64_t bytes;
    };

    BoundedLog(FileSystem& files, std::filesystem::path directory, std::uint64_t bytes_max);

    // Creates or reads the directory. Called by append() when it was not yet, or when a call failed.
    Result<void> open();

    // Appends `parts` as one line; they hold no newline, which is added. Durable after sync(). Fails with kTooLarge
    // when the line alone is beyond bytes_max; after any other failure the line may be there, whole or in part.
    Result<void> append(std::span<const std::string_view> parts);
    // A failure means that lines appended since the last success may be lost.
    Result<void> sync();

    // Closes the piece that is being written and gives all pieces that hold a line, oldest first.
    Result<std::vector<Piece>> close_pieces();
    // Removes a piece, if it is still there; its lines do not count as expired.
    Result<void> remove(const Piece& piece);

    const std::filesystem::path& directory() const { return directory_; }
    std::uint64_t lines() const { return pieces_.empty() ? 0 : next_line_ - pieces_.front().first_line; }
    std::uint64_t bytes() const { return bytes_; }
    // Lines that went because of the bound, since construction.
    std::uint64_t expired() const { return expired_; }

private:
    Result<void> read_directory();
    Result<void> begin_piece();
    Result<void> flush();
    Result<void> make_room(std::uint64_t bytes);

    FileSystem& files_;
    const std::filesystem::path directory_;
    const std::uint64_t bytes_max_;
    const std::uint64_t piece_bytes_;
    bool opened_ = false;
    std::deque<Piece> pieces_;    // the last one is written while file_ is open
    std::unique_ptr<File> file_;  // of pieces_.back()
    bool unsynced_ = false;
    bool lost_ = false;  // a sync failed that nobody was told of
    std::uint64_t next_line_ = 0;
    std::uint64_t bytes_ = 0;
    std::uint64_t expired_ = 0;
};

// The pieces in `directory` as another process sees them, oldest first; none when there is no such directory.
Result<std::vector<BoundedLog::Piece>> list_pieces(FileSystem& files, const std::filesystem::path& directory);

}  // namespace auditfwd
