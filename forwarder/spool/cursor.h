// A sink's durable position: the longest prefix of the spool that it has, and its own state at that point.
//
// A cursor is one small file, replaced atomically. It is bound to the spool by the spool's id: another spool's cursor
// starts anew. Owner: the sink's delivery. Thread: save() blocks on syncs, so it runs on the sink's helper thread.
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>

#include "codecs/record.h"
#include "forwarder/base/file_system.h"
#include "forwarder/base/result.h"

namespace auditfwd {

// Offsets since the spool's birth, by what became of them. Their sum with `pending` is the last offset.
struct CursorCounts {
    std::uint64_t delivered = 0;
    std::uint64_t filtered = 0;
    std::uint64_t expired = 0;
    std::uint64_t damaged = 0;
    std::uint64_t dead_lettered = 0;
    std::uint64_t unused = 0;
    bool operator==(const CursorCounts&) const = default;
};

struct Cursor {
    std::string spool_id;    // 32 hex digits
    Offset done{};           // everything up to here has been accounted for; 0 at the start
    CursorCounts counts;     // sum == number(done)
    std::string sink_state;  // the sink's own, at most limits::kCheckpointBytesMax
    bool operator==(const Cursor&) const = default;
};

// Absent when the file is; fails with kInvalid when its checksum does not match.
Result<std::optional<Cursor>> load_cursor(FileSystem& files, const std::filesystem::path& path);
Result<void> save_cursor(FileSystem& files, const std::filesystem::path& path, const Cursor& cursor);

// Where the cursor of `sink` lives in a spool's directory, and the names of all that are there.
std::filesystem::path cursor_path(const std::filesystem::path& spool, std::string_view sink);
Result<std::vector<std::string>> list_cursors(FileSystem& files, const std::filesystem::path& spool);

}  // namespace auditfwd
