// Files that live in memory, for a spool without a disk: the same segments and blocks, gone with the process.
//
// Owner: the spool. Thread: any.
#pragma once

#include <map>
#include <mutex>

#include "forwarder/base/file_system.h"

namespace auditfwd::spool {

class MemoryFiles final : public FileSystem {
public:
    MemoryFiles();
    ~MemoryFiles() override;

    Result<std::unique_ptr<File>> open(const std::filesystem::path& path, OpenMode mode) override;
    Result<FileStat> stat(const std::filesystem::path& path) override;
    Result<std::vector<std::string>> list(const std::filesystem::path& directory) override;
    Result<void> make_directory(const std::filesystem::path& path) override;
    Result<void> rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
    Result<void> remove(const std::filesystem::path& path) override;
    Result<void> sync_directory(const std::filesystem::path& path) override;
    Result<std::unique_ptr<FileLock>> lock(const std::filesystem::path& path) override;
    Result<Space> space(const std::filesystem::path& path) override;

private:
    class Content;
    class OpenFile;

    std::mutex mutex_;
    std::map<std::filesystem::path, std::shared_ptr<Content>> files_;
    std::uint64_t next_inode_ = 1;
};

}  // namespace auditfwd::spool
