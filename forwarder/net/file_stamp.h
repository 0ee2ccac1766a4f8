// Whether a file is still the one it was: to be asked every second, where inotify would miss what Kubernetes does (it
// swaps a symlink two directories above) and what network file systems do.
#pragma once

#include <compare>
#include <cstdint>
#include <filesystem>

namespace auditfwd {

// Of the file behind all symlinks; all zero when there is none.
struct FileStamp {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::uint64_t size = 0;
    std::int64_t changed_ns = 0;
    bool operator==(const FileStamp&) const = default;
};

FileStamp stamp_of(const std::filesystem::path& path);

}  // namespace auditfwd
