#include "forwarder/source/file/log_directory.h"

#include "forwarder/source/file/gzip_file.h"

namespace auditfwd {

namespace {

constexpr int kAttempts = 3;

// A smaller one is not the same: a new log may have got the inode of one that was rotated and compressed meanwhile. (If
// it was truncated, the next look says so.)
bool still_there(const std::optional<LogFile>& before, const std::optional<LogFile>& after) {
    return before.has_value() == after.has_value() &&
           (!before || (before->id == after->id && before->size <= after->size));
}

}  // namespace

LogDirectory::LogDirectory(const std::filesystem::path& live, FileSystem& files)
    : names_{live.filename().string()},
      directory_{live.has_parent_path() ? live.parent_path() : std::filesystem::path{"."}},
      files_{files} {}

Result<std::optional<LogFile>> LogDirectory::live() {
    const auto path = directory_ / names_.live();
    const auto stat = files_.stat(path);
    if (!stat && stat.error().code == ErrorCode::kNotFound) return std::optional<LogFile>{};
    if (!stat) return stat.error();
    if (!stat->is_regular) return Error{ErrorCode::kInvalid, path.string() + " is not a regular file"};
    return std::optional{LogFile{{}, false, stat->id, stat->size}};
}

Result<Listing> LogDirectory::list() {
    // A rotation changes which file has the live name: if that is the same before and after, there was none meanwhile.
    // A name that is gone when it is looked at may have a compressed successor that was not listed yet; one that is
    // gone every time leads nowhere (a symbolic link).
    for (int attempts_left = kAttempts; attempts_left > 0; --attempts_left) {
        TRY(const auto before, live());
        TRY(auto rotated, rotated_now());
        TRY(const auto after, live());
        if (!still_there(before, after) || (rotated.in_motion && attempts_left > 1)) continue;
        if (after) rotated.found.push_back(*after);
        return arrange(std::move(rotated.found));
    }
    return Error{ErrorCode::kUnavailable, directory_.string() + ": the log is being rotated"};
}

Result<LogDirectory::Rotated> LogDirectory::rotated_now() {
    TRY(const auto names, files_.list(directory_));
    Rotated rotated;
    for (const auto& name : names) {
        const auto parsed = names_.parse(name);
        if (!parsed) continue;
        const auto stat = files_.stat(directory_ / name);
        if (!stat && stat.error().code != ErrorCode::kNotFound) return stat.error();
        if (!stat)
            rotated.in_motion = true;
        else if (stat->is_regular)
            rotated.found.push_back({parsed->time, parsed->compressed, stat->id, stat->size});
    }
    return rotated;
}

Result<std::unique_ptr<File>> LogDirectory::open(const LogFile& file) {
    const auto path = path_of(file);
    TRY(auto opened, files_.open(path, OpenMode::kRead));
    TRY(const auto stat, opened->stat());
    // Smaller: one that got the inode of ours (see still_there).
    if (stat.id != file.id || stat.size < file.size)
        return Error{ErrorCode::kUnavailable, path.string() + " has become another file"};
    if (file.compressed) opened = std::make_unique<GzipFile>(std::move(opened));
    return opened;
}

std::string LogDirectory::name_of(const LogFile& file) const {
    return file.time.empty() ? names_.live() : names_.rotated(file.time, file.compressed);
}

}  // namespace auditfwd
