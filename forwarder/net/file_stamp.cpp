#include "forwarder/net/file_stamp.h"

#include <sys/stat.h>

namespace auditfwd {

FileStamp stamp_of(const std::filesystem::path& path) {
    struct stat s {};
    if (::stat(path.c_str(), &s) != 0) return {};
    // The change time of the inode also moves when a file is replaced by an older one.
    return {s.st_dev, s.st_ino, static_cast<std::uint64_t>(s.st_size),
            std::int64_t{s.st_ctim.tv_sec} * 1'000'000'000 + s.st_ctim.tv_nsec};
}

}  // namespace auditfwd
