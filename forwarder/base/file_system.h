// Files, as an interface: durability is what this program sells, so every call that touches a disk goes through here
// and can be forgotten, torn or failed by a test (tests/support/forgetful_file_system.h).
//
// Owner: App owns the FileSystem; whoever opened a File owns it. Thread: a FileSystem may be used from any thread, a
// File from one thread at a time. All calls block; callers choose the thread.
#pragma once

#include <compare>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "forwarder/base/result.h"

namespace auditfwd {

struct FileId {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    auto operator<=>(const FileId&) const = default;
};

struct FileStat {
    FileId id;
    std::uint64_t size = 0;
    bool is_directory = false;
    bool is_regular = true;  // not a directory, pipe, device or socket
};

struct Space {
    std::uint64_t total = 0;
    std::uint64_t available = 0;  // to this process
};

enum class OpenMode {
    kRead,       // must exist
    kReadWrite,  // must exist
    kCreate,     // read and write, created when absent
    kCreateNew,  // read and write, fails with kExists when present
};

class File {
public:
    virtual ~File() = default;

    // Reads up to into.size() bytes; fewer only at the end of the file.
    virtual Result<std::size_t> read_at(std::uint64_t position, std::span<char> into) = 0;
    // Writes all parts one after the other, or fails; after a failure the range's content is unknown.
    virtual Result<void> write_at(std::uint64_t position, std::span<const std::string_view> parts) = 0;
    // Durable when it returns (fdatasync). After a failure nothing since the last success may be trusted.
    virtual Result<void> sync() = 0;
    virtual Result<void> truncate(std::uint64_t size) = 0;
    virtual Result<FileStat> stat() = 0;
};

// Held until destroyed.
class FileLock {
public:
    virtual ~FileLock() = default;
};

class FileSystem {
public:
    virtual ~FileSystem() = default;

    // New files are 0600.
    virtual Result<std::unique_ptr<File>> open(const std::filesystem::path& path, OpenMode mode) = 0;
    virtual Result<FileStat> stat(const std::filesystem::path& path) = 0;
    // Names in the directory, sorted, without "." and "..".
    virtual Result<std::vector<std::string>> list(const std::filesystem::path& directory) = 0;
    // With its parents, 0700; no error when it exists.
    virtual Result<void> make_directory(const std::filesystem::path& path) = 0;
    virtual Result<void> rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
    virtual Result<void> remove(const std::filesystem::path& path) = 0;
    // Makes creations, renames and removals in the directory durable.
    virtual Result<void> sync_directory(const std::filesystem::path& path) = 0;
    // An exclusive lock on a file (created when absent); kUnavailable when another process has it.
    virtual Result<std::unique_ptr<FileLock>> lock(const std::filesystem::path& path) = 0;
    virtual Result<Space> space(const std::filesystem::path& path) = 0;
};

class SystemFileSystem final : public FileSystem {
public:
    Result<std::unique_ptr<File>> open(const std::filesystem::path& path, OpenMode mode) override;
    Result<FileStat> stat(const std::filesystem::path& path) override;
    Result<std::vector<std::string>> list(const std::filesystem::path& directory) override;
    Result<void> make_directory(const std::filesystem::path& path) override;
    Result<void> rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
    Result<void> remove(const std::filesystem::path& path) override;
    Result<void> sync_directory(const std::filesystem::path& path) override;
    Result<std::unique_ptr<FileLock>> lock(const std::filesystem::path& path) override;
    Result<Space> space(const std::filesystem::path& path) override;
};

// make_directory() such that what it made survives a power loss.
Result<void> make_durable_directory(FileSystem& files, const std::filesystem::path& path);

// The whole file; kTooLarge above `bytes_max`.
Result<std::string> read_file(FileSystem& files, const std::filesystem::path& path, std::size_t bytes_max);

// Replaces the file as a whole and durably: a reader, or the next start, sees the old bytes or the new ones.
Result<void> replace_file(FileSystem& files, const std::filesystem::path& path, std::string_view bytes);

}  // namespace auditfwd
