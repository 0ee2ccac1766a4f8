// The directory of one log, as the file source sees it: which of its files are there, and their content.
//
// Owner: the LogReader. Thread: one at a time; all calls block.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "forwarder/base/file_system.h"
#include "forwarder/source/file/follower.h"
#include "forwarder/source/file/log_names.h"

namespace auditfwd {

class LogDirectory {
public:
    LogDirectory(const std::filesystem::path& live, FileSystem& files);

    // Absent when there is no live file at the moment. Fails with kInvalid when it is no regular file.
    Result<std::optional<LogFile>> live();

    // All files as they were at one moment. Fails with kUnavailable when the log is being rotated.
    Result<Listing> list();

    // A reader of the file's own bytes; for a compressed file a GzipFile. Fails with kNotFound or kUnavailable when
    // the file is not there any more, or another one under its name.
    Result<std::unique_ptr<File>> open(const LogFile& file);

    std::string name_of(const LogFile& file) const;
    std::filesystem::path path_of(const LogFile& file) const { return directory_ / name_of(file); }

private:
    struct Rotated {
        std::vector<LogFile> found;
        bool in_motion = false;  // a name went away while we looked
    };
    Result<Rotated> rotated_now();

    const LogNames names_;
    const std::filesystem::path directory_;
    FileSystem& files_;
};

}  // namespace auditfwd
