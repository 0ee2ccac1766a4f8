// Notes about items that were no audit events: facts, never their bytes.
//
// One JSON line each, in `<spool>/deadletters/intake/`: time, cluster, source, position in its body, size, reason, and
// a keyed hash that tells equal items from different ones for the life of the process. Two files of 1 MiB, the older
// one replaced; while the disk is slower than the rejections come, notes are counted instead of written.
//
// Owner: App. Thread: note() from any worker; writing happens on a thread of its own.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "forwarder/base/clock.h"
#include "forwarder/base/file_system.h"
#include "forwarder/base/metrics.h"

namespace auditfwd {

// An item that was refused alone.
struct RejectedItem {
    std::string_view cluster;
    std::string_view source;
    std::uint64_t number;     // in its body, from 0
    std::string_view bytes;   // hashed and measured only
    std::string_view reason;  // one of this program's words
};

class Rejections {
public:
    static constexpr std::size_t kFileBytesMax = 1 << 20;
    static constexpr std::size_t kWaitingBytesMax = 256 << 10;

    Rejections(std::filesystem::path directory, FileSystem& files, const Clock& clock, Metrics& metrics);
    ~Rejections();  // writes what is waiting

    // The line for an item; collect those of one body and note() them together.
    std::string line(const RejectedItem& item) const;
    void note(std::string lines);

private:
    class Writer;
    const Clock& clock_;
    Counter& unwritten_;
    std::array<std::uint8_t, 32> key_;
    std::unique_ptr<Writer> writer_;
};

}  // namespace auditfwd
