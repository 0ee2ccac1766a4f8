#include "forwarder/spool/memory_files.h"

#include <algorithm>
#include <cstring>

#include "forwarder/base/units.h"

namespace auditfwd::spool {

// Pages, so that a file grows without being copied.
class MemoryFiles::Content {
public:
    explicit Content(std::uint64_t inode) : inode_{inode} {}

    std::size_t read(std::uint64_t position, std::span<char> into) {
        const std::lock_guard lock{mutex_};
        if (position >= size_) return 0;
        const auto bytes = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), size_ - position));
        each_piece(position, bytes,
                   [&](char* page, std::size_t at, std::size_t n) { std::memcpy(into.data() + at, page, n); });
        return bytes;
    }

    void write(std::uint64_t position, std::string_view part) {
        const std::lock_guard lock{mutex_};
        resize(std::max(size_, position + part.size()));
        each_piece(position, part.size(),
                   [&](char* page, std::size_t at, std::size_t n) { std::memcpy(page, part.data() + at, n); });
    }

    void truncate(std::uint64_t size) {
        const std::lock_guard lock{mutex_};
        if (size < size_ && size % kPage != 0)
            std::memset(pages_[size / kPage].get() + size % kPage, 0, kPage - size % kPage);
        resize(size);
    }

    FileStat stat() {
        const std::lock_guard lock{mutex_};
        FileStat stat;
        stat.id = {.device = 0, .inode = inode_};
        stat.size = size_;
        return stat;
    }

private:
    static constexpr std::size_t kPage = 64_KiB;

    void resize(std::uint64_t size) {
        const auto pages = static_cast<std::size_t>((size + kPage - 1) / kPage);
        while (pages_.size() < pages) pages_.push_back(std::make_unique<char[]>(kPage));
        pages_.resize(pages);
        size_ = size;
    }

    template <class F>
    void each_piece(std::uint64_t position, std::size_t bytes, F f) {
        for (std::size_t done = 0; done < bytes;) {
            const auto in_page = static_cast<std::size_t>((position + done) % kPage);
            const auto n = std::min(bytes - done, kPage - in_page);
            f(pages_[static_cast<std::size_t>((position + done) / kPage)].get() + in_page, done, n);
            done += n;
        }
    }

    std::mutex mutex_;
    const std::uint64_t inode_;
    std::uint64_t size_ = 0;
    std::vector<std::unique_ptr<char[]>> pages_;
};

class MemoryFiles::OpenFile final : public File {
public:
    explicit OpenFile(std::shared_ptr<Content> content) : content_{std::move(content)} {}

    Result<std::size_t> read_at(std::uint64_t position, std::span<char> into) override {
        return content_->read(position, into);
    }
    Result<void> write_at(std::uint64_t position, std::span<const std::string_view> parts) override {
        for (const auto part : parts) {
            content_->write(position, part);
            position += part.size();
        }
        return {};
    }
    Result<void> sync() override { return {}; }
    Result<void> truncate(std::uint64_t size) override {
        content_->truncate(size);
        return {};
    }
    Result<FileStat> stat() override { return content_->stat(); }

private:
    std::shared_ptr<Content> content_;
};

namespace {

class NoLock final : public FileLock {};

Error absent(const std::filesystem::path& path) { return {ErrorCode::kNotFound, path.string() + " is not there"}; }

}  // namespace

MemoryFiles::MemoryFiles() = default;
MemoryFiles::~MemoryFiles() = default;

Result<std::unique_ptr<File>> MemoryFiles::open(const std::filesystem::path& path, OpenMode mode) {
    const std::lock_guard lock{mutex_};
    const auto found = files_.find(path);
    const bool there = found != files_.end();
    if (there && mode == OpenMode::kCreateNew) return Error{ErrorCode::kExists, path.string() + " is there already"};
    if (!there && (mode == OpenMode::kRead || mode == OpenMode::kReadWrite)) return absent(path);
    auto& content = there ? found->second : files_[path];
    if (!there) content = std::make_shared<Content>(next_inode_++);
    return std::unique_ptr<File>{std::make_unique<OpenFile>(content)};
}

Result<FileStat> MemoryFiles::stat(const std::filesystem::path& path) {
    const std::lock_guard lock{mutex_};
    const auto found = files_.find(path);
    if (found == files_.end()) return absent(path);
    return found->second->stat();
}

Result<std::vector<std::string>> MemoryFiles::list(const std::filesystem::path& directory) {
    const std::lock_guard lock{mutex_};
    std::vector<std::string> names;
    for (const auto& [path, content] : files_) {
        if (path.parent_path() == directory) names.push_back(path.filename().string());
    }
    return names;
}

Result<void> MemoryFiles::make_directory(const std::filesystem::path&) { return {}; }

Result<void> MemoryFiles::rename(const std::filesystem::path& from, const std::filesystem::path& to) {
    const std::lock_guard lock{mutex_};
    const auto found = files_.find(from);
    if (found == files_.end()) return absent(from);
    auto content = std::move(found->second);
    files_.erase(found);
    files_[to] = std::move(content);
    return {};
}

Result<void> MemoryFiles::remove(const std::filesystem::path& path) {
    const std::lock_guard lock{mutex_};
    if (files_.erase(path) == 0) return absent(path);
    return {};
}

Result<void> MemoryFiles::sync_directory(const std::filesystem::path&) { return {}; }

Result<std::unique_ptr<FileLock>> MemoryFiles::lock(const std::filesystem::path&) {
    return std::unique_ptr<FileLock>{std::make_unique<NoLock>()};
}

Result<Space> MemoryFiles::space(const std::filesystem::path&) { return Space{UINT64_MAX, UINT64_MAX}; }

}  // namespace auditfwd::spool
