// The first bytes of a segment: whose it is, what came before it, and where every source stood.
//
// FORMAT.md specifies them. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codecs/block.h"
#include "codecs/record.h"
#include "forwarder/base/file_system.h"

namespace auditfwd::spool {

using SpoolId = std::array<std::uint8_t, 16>;

// Sources whose checkpoints a spool carries, removed ones included.
inline constexpr std::size_t kSourcesMax = 256;

// Where the segment before ends. Readers and recovery stop there: what follows in its file was never acknowledged.
// Segments with numbers between the two are void.
struct Predecessor {
    std::uint64_t number = 0;  // 0: there is none
    std::uint64_t end = 0;     // bytes
    Offset last{};             // last offset it is answerable for
    bool operator==(const Predecessor&) const = default;
};

struct SegmentHeader {
    SpoolId spool{};
    std::uint64_t number = 0;
    Offset first{};  // first offset it is answerable for: predecessor.last + 1
    WallTime created{};
    Predecessor predecessor;
    std::vector<Checkpoint> checkpoints;  // the latest of every source
    bool operator==(const SegmentHeader&) const = default;
};

std::string encode_segment_header(const SegmentHeader& header);

struct ParsedSegmentHeader {
    SegmentHeader header;
    std::size_t bytes = 0;  // in the file
};

// The header at the beginning of `bytes`; nothing unless it is whole and verifies.
std::optional<ParsedSegmentHeader> parse_segment_header(std::string_view bytes);

// Of a file; nothing if it has none that verifies. Fails if the file cannot be read.
Result<std::optional<ParsedSegmentHeader>> read_segment_header(File& file);

// What the checksums of a segment's blocks begin with.
std::uint32_t block_seed(const SpoolId& spool, std::uint64_t number);

}  // namespace auditfwd::spool
