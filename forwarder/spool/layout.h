// Names in a spool's directory.
//
//   lock                                          held by the process that owns the spool
//   state, mark                                   spool_state.h
//   segment-0000000007-00000000000000123456.zst   number and first offset: the directory's listing is the index
//   cursors/NAME                                  cursor.h
//
// Anything else there (dead letters, a sink's files) is left alone, and counted by the disk bound.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codecs/record.h"
#include "forwarder/base/file_system.h"

namespace auditfwd::spool {

// A segment is answerable for all offsets from `first` up to the one before its successor's `first`.
struct SegmentName {
    std::uint64_t number = 0;  // from 1, ascending; some may be missing
    Offset first{};
    bool operator==(const SegmentName&) const = default;
};

std::string to_file_name(const SegmentName& name);
std::optional<SegmentName> parse_segment_name(std::string_view file_name);

// Oldest first.
Result<std::vector<SegmentName>> list_segments(FileSystem& files, const std::filesystem::path& spool);

std::filesystem::path lock_path(const std::filesystem::path& spool);
std::filesystem::path state_path(const std::filesystem::path& spool);
std::filesystem::path mark_path(const std::filesystem::path& spool);

}  // namespace auditfwd::spool
