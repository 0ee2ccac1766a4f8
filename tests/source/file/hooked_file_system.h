// The real file system, read only, with a hook before each call: to fail it, or to let something happen just then.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "forwarder/base/file_system.h"

namespace auditfwd::testing {

class HookedFileSystem final : public FileSystem {
public:
    // False: the call fails.
    std::function<bool()> before = [] { return true; };

    Result<std::unique_ptr<File>> open(const std::filesystem::path& path, OpenMode mode) override {
        if (!let()) return broken();
        TRY(auto file, files_.open(path, mode));
        return std::unique_ptr<File>{std::make_unique<HookedFile>(*this, std::move(file))};
    }
    Result<FileStat> stat(const std::filesystem::path& path) override {
        if (!let()) return broken();
        return files_.stat(path);
    }
    Result<std::vector<std::string>> list(const std::filesystem::path& directory) override {
        if (!let()) return broken();
        return files_.list(directory);
    }
    Result<void> make_directory(const std::filesystem::path&) override { return broken(); }
    Result<void> rename(const std::filesystem::path&, const std::filesystem::path&) override { return broken(); }
    Result<void> remove(const std::filesystem::path&) override { return broken(); }
    Result<void> sync_directory(const std::filesystem::path&) override { return broken(); }
    Result<std::unique_ptr<FileLock>> lock(const std::filesystem::path&) override { return broken(); }
    Result<Space> space(const std::filesystem::path&) override { return broken(); }

private:
    class HookedFile final : public File {
    public:
        HookedFile(HookedFileSystem& files, std::unique_ptr<File> file) : files_{files}, file_{std::move(file)} {}
        Result<std::size_t> read_at(std::uint64_t position, std::span<char> into) override {
            if (!files_.let()) return broken();
            return file_->read_at(position, into);
        }
        Result<FileStat> stat() override {
            if (!files_.let()) return broken();
            return file_->stat();
        }
        Result<void> write_at(std::uint64_t, std::span<const std::string_view>) override { return broken(); }
        Result<void> sync() override { return broken(); }
        Result<void> truncate(std::uint64_t) override { return broken(); }

    private:
        HookedFileSystem& files_;
        std::unique_ptr<File> file_;
    };

    bool let() { return before(); }
    static Error broken() { return {ErrorCode::kBroken, "as the test has it"}; }

    SystemFileSystem files_;
};

}  // namespace auditfwd::testing
