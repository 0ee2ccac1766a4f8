// The one segment that is being written. After a failure it is of no use any more: its owner closes it for good.
//
// Owner: the store. Thread: the spool's.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>

#include "forwarder/base/file_system.h"
#include "forwarder/spool/layout.h"
#include "forwarder/spool/segment_header.h"

namespace auditfwd::spool {

class SegmentWriter {
public:
    // Creates the file and its directory entry durably, and writes the header; the first sync() covers that.
    static Result<std::unique_ptr<SegmentWriter>> create(FileSystem& files, const std::filesystem::path& spool,
                                                         const SegmentHeader& header);

    const SegmentName& name() const { return name_; }
    std::uint32_t seed() const { return seed_; }
    std::uint64_t position() const { return position_; }
    // Bytes a sync covers; 0 before the first.
    std::uint64_t synced() const { return synced_; }
    // Beyond its header, that is: it holds something acknowledged.
    bool holds_synced() const { return synced_ > header_bytes_; }
    bool empty() const { return position_ == header_bytes_; }

    Result<void> append(std::span<const std::string_view> parts);
    Result<void> sync();
    // Cuts what no sync covers; for tidiness only.
    void cut();

private:
    SegmentWriter(std::unique_ptr<File> file, const SegmentHeader& header)
        : file_{std::move(file)}, name_{header.number, header.first}, seed_{block_seed(header.spool, header.number)} {}

    std::unique_ptr<File> file_;
    const SegmentName name_;
    const std::uint32_t seed_;
    std::uint64_t header_bytes_ = 0;
    std::uint64_t position_ = 0;
    std::uint64_t synced_ = 0;
};

}  // namespace auditfwd::spool
