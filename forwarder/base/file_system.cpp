#include "forwarder/base/file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <limits>

namespace auditfwd {

namespace {

namespace fs = std::filesystem;

class Descriptor {
public:
    explicit Descriptor(int number) : number_{number} {}
    Descriptor(Descriptor&& other) noexcept : number_{std::exchange(other.number_, -1)} {}
    Descriptor& operator=(Descriptor&&) = delete;
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    int get() const { return number_; }

private:
    int number_;
};

FileStat to_stat(const struct stat& s) {
    return {{s.st_dev, s.st_ino}, static_cast<std::uint64_t>(s.st_size), S_ISDIR(s.st_mode), S_ISREG(s.st_mode)};
}

Error failed(const char* call, const fs::path& path) {
    const int number = errno;
    return system_error(number, std::string{call} + " " + path.string());
}

class SystemFile final : public File {
public:
    SystemFile(Descriptor descriptor, fs::path path) : descriptor_{std::move(descriptor)}, path_{std::move(path)} {}

    Result<std::size_t> read_at(std::uint64_t position, std::span<char> into) override {
        std::size_t done = 0;
        while (done < into.size()) {
            const auto n =
                ::pread(descriptor_.get(), into.data() + done, into.size() - done, static_cast<off_t>(position + done));
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) return failed("read", path_);
            if (n == 0) break;
            done += static_cast<std::size_t>(n);
        }
        return done;
    }

    Result<void> write_at(std::uint64_t position, std::span<const std::string_view> parts) override {
        std::vector<iovec> vectors;
        vectors.reserve(parts.size());
        for (const auto part : parts) vectors.push_back({const_cast<char*>(part.data()), part.size()});
        std::size_t next = 0;
        while (next < vectors.size()) {
            const auto count = static_cast<int>(std::min<std::size_t>(vectors.size() - next, IOV_MAX));
            auto n = ::pwritev(descriptor_.get(), &vectors[next], count, static_cast<off_t>(position));
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) return failed("write", path_);
            position += static_cast<std::uint64_t>(n);
            auto left = static_cast<std::size_t>(n);
            while (next < vectors.size() && left >= vectors[next].iov_len) left -= vectors[next++].iov_len;
            if (next < vectors.size()) {
                vectors[next].iov_base = static_cast<char*>(vectors[next].iov_base) + left;
                vectors[next].iov_len -= left;
            }
        }
        return {};
    }

    Result<void> sync() override {
        if (::fdatasync(descriptor_.get()) != 0) return failed("sync", path_);
        return {};
    }

    Result<void> truncate(std::uint64_t size) override {
        if (::ftruncate(descriptor_.get(), static_cast<off_t>(size)) != 0) return failed("truncate", path_);
        return {};
    }

    Result<FileStat> stat() override {
        struct stat s {};
        if (::fstat(descriptor_.get(), &s) != 0) return failed("stat", path_);
        return to_stat(s);
    }

private:
    Descriptor descriptor_;
    fs::path path_;
};

class SystemFileLock final : public FileLock {
public:
    explicit SystemFileLock(Descriptor descriptor) : descriptor_{std::move(descriptor)} {}

private:
    Descriptor descriptor_;  // the lock ends with it
};

int flags_of(OpenMode mode) {
    switch (mode) {
        case OpenMode::kRead:
            return O_RDONLY;
        case OpenMode::kReadWrite:
            return O_RDWR;
        case OpenMode::kCreate:
            return O_RDWR | O_CREAT;
        case OpenMode::kCreateNew:
            return O_RDWR | O_CREAT | O_EXCL;
    }
    return O_RDONLY;
}

}  // namespace

Result<std::unique_ptr<File>> SystemFileSystem::open(const fs::path& path, OpenMode mode) {
    Descriptor descriptor{::open(path.c_str(), flags_of(mode) | O_CLOEXEC, 0600)};
    if (descriptor.get() < 0) return failed("open", path);
    return std::unique_ptr<File>{std::make_unique<SystemFile>(std::move(descriptor), path)};
}

Result<FileStat> SystemFileSystem::stat(const fs::path& path) {
    struct stat s {};
    if (::stat(path.c_str(), &s) != 0) return failed("stat", path);
    return to_stat(s);
}

Result<std::vector<std::string>> SystemFileSystem::list(const fs::path& directory) {
    std::unique_ptr<DIR, int (*)(DIR*)> open{::opendir(directory.c_str()), ::closedir};
    if (!open) return failed("list", directory);
    std::vector<std::string> names;
    errno = 0;
    while (const auto* entry = ::readdir(open.get())) {
        const std::string_view name{entry->d_name};
        if (name != "." && name != "..") names.emplace_back(name);
    }
    if (errno != 0) return failed("list", directory);
    std::sort(names.begin(), names.end());
    return names;
}

Result<void> SystemFileSystem::make_directory(const fs::path& path) {
    if (path.empty() || path == "/") return {};
    if (const auto found = stat(path); found && found->is_directory) return {};
    if (path.has_parent_path() && path.parent_path() != path) TRY_VOID(make_directory(path.parent_path()));
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return failed("create directory", path);
    if (const auto found = stat(path); !found || !found->is_directory)
        return Error{ErrorCode::kBroken, "create directory " + path.string() + ": a file is in its place"};
    return {};
}

Result<void> SystemFileSystem::rename(const fs::path& from, const fs::path& to) {
    if (::rename(from.c_str(), to.c_str()) != 0) return failed("rename", from);
    return {};
}

Result<void> SystemFileSystem::remove(const fs::path& path) {
    if (::unlink(path.c_str()) != 0) return failed("remove", path);
    return {};
}

Result<void> SystemFileSystem::sync_directory(const fs::path& path) {
    Descriptor descriptor{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (descriptor.get() < 0) return failed("sync directory", path);
    // EINVAL: a file system without it, as images that are only read are.
    if (::fsync(descriptor.get()) != 0 && errno != EINVAL) return failed("sync directory", path);
    return {};
}

Result<std::unique_ptr<FileLock>> SystemFileSystem::lock(const fs::path& path) {
    Descriptor descriptor{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
    if (descriptor.get() < 0) return failed("lock", path);
    if (::flock(descriptor.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK)
            return Error{ErrorCode::kUnavailable, "lock " + path.string() + ": another process holds it"};
        return failed("lock", path);
    }
    return std::unique_ptr<FileLock>{std::make_unique<SystemFileLock>(std::move(descriptor))};
}

Result<Space> SystemFileSystem::space(const fs::path& path) {
    struct statvfs s {};
    if (::statvfs(path.c_str(), &s) != 0) return failed("statvfs", path);
    return Space{s.f_blocks * s.f_frsize, s.f_bavail * s.f_frsize};
}

Result<void> make_durable_directory(FileSystem& files, const fs::path& path) {
    struct Place {
        fs::path parent;
        bool is_new;
    };
    std::vector<Place> places;
    for (auto place = path; !place.empty() && place != place.parent_path(); place = place.parent_path()) {
        const auto found = files.stat(place);
        if (!found && found.error().code != ErrorCode::kNotFound) return found.error();
        places.push_back({place.parent_path().empty() ? fs::path{"."} : place.parent_path(), !found});
    }
    TRY_VOID(files.make_directory(path));
    for (const auto& place : places) {
        // Also above what exists: an attempt before this one may have ended early. A directory that this process may
        // not open is not one where it made anything.
        auto synced = files.sync_directory(place.parent);
        if (!synced && (place.is_new || synced.error().code != ErrorCode::kDenied)) return synced;
    }
    return {};
}

Result<std::string> read_file(FileSystem& files, const fs::path& path, std::size_t bytes_max) {
    TRY(auto file, files.open(path, OpenMode::kRead));
    // Not by stat: a file below /proc says 0, and a file may grow while it is read.
    std::string bytes;
    while (bytes.size() <= bytes_max) {
        const auto have = bytes.size();
        bytes.resize(have + std::min<std::size_t>(bytes_max + 1 - have, 64 * 1024));
        TRY(const auto n, file->read_at(have, {bytes.data() + have, bytes.size() - have}));
        const bool ended = have + n < bytes.size();
        bytes.resize(have + n);
        if (ended) return bytes;
    }
    return Error{ErrorCode::kTooLarge,
                 path.string() + " is larger than " + std::to_string(bytes_max) + " bytes, the most that is read"};
}

Result<void> replace_file(FileSystem& files, const fs::path& path, std::string_view bytes) {
    auto temporary = path;
    temporary += ".tmp";
    {
        TRY(auto file, files.open(temporary, OpenMode::kCreate));
        TRY_VOID(file->truncate(0));
        TRY_VOID(file->write_at(0, {&bytes, 1}));
        TRY_VOID(file->sync());
    }
    TRY_VOID(files.rename(temporary, path));
    return files.sync_directory(path.parent_path().empty() ? fs::path{"."} : path.parent_path());
}

}  // namespace auditfwd
