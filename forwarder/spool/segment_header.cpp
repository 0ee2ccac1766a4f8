#include "forwarder/spool/segment_header.h"

#include <algorithm>

#include "codecs/little_endian.h"
#include "codecs/stored_block.h"
#include "forwarder/base/assert.h"
#include "forwarder/base/crypto.h"
#include "forwarder/base/limits.h"

namespace auditfwd::spool {

namespace {

constexpr std::uint32_t kSegmentMagic = 0x31534641;  // "AFS1"
constexpr std::size_t kFixedBytes = 80;              // up to the checkpoints
constexpr std::size_t kBytesMax = kFixedBytes + kSourcesMax * (limits::kCheckpointBytesMax + 256) + 4;

std::string_view as_text(const SpoolId& id) { return {reinterpret_cast<const char*>(id.data()), id.size()}; }

}  // namespace

std::string encode_segment_header(const SegmentHeader& header) {
    CHECK(header.checkpoints.size() <= kSourcesMax);
    const auto checkpoints = encode_checkpoints(header.checkpoints);
    std::string bytes;
    put(bytes, kSkippableMagic);
    put(bytes, static_cast<std::uint32_t>(kFixedBytes - 8 + checkpoints.size() + 4));
    put(bytes, kSegmentMagic);
    put(bytes, std::uint32_t{0});
    bytes += as_text(header.spool);
    put(bytes, header.number);
    put(bytes, number(header.first));
    put(bytes, static_cast<std::uint64_t>(header.created.time_since_epoch().count()));
    put(bytes, header.predecessor.number);
    put(bytes, header.predecessor.end);
    put(bytes, number(header.predecessor.last));
    CHECK(bytes.size() == kFixedBytes);
    bytes += checkpoints;
    put(bytes, crc32c(bytes));
    return bytes;
}

std::optional<ParsedSegmentHeader> parse_segment_header(std::string_view bytes) {
    LittleEndianReader in{bytes};
    const auto skippable = in.get<std::uint32_t>();
    const std::size_t size = 8 + std::size_t{in.get<std::uint32_t>()};
    const auto magic = in.get<std::uint32_t>();
    const auto reserved = in.get<std::uint32_t>();
    if (!in.ok() || skippable != kSkippableMagic || magic != kSegmentMagic || reserved != 0) return std::nullopt;
    if (size < kFixedBytes + 4 || size > std::min(kBytesMax, bytes.size())) return std::nullopt;
    LittleEndianReader end{bytes.substr(size - 4, 4)};
    if (end.get<std::uint32_t>() != crc32c(bytes.substr(0, size - 4))) return std::nullopt;

    ParsedSegmentHeader parsed;
    parsed.bytes = size;
    auto& header = parsed.header;
    const auto id = in.take(header.spool.size());
    std::copy(id.begin(), id.end(), header.spool.begin());
    header.number = in.get<std::uint64_t>();
    header.first = Offset{in.get<std::uint64_t>()};
    header.created = WallTime{std::chrono::microseconds{static_cast<std::int64_t>(in.get<std::uint64_t>())}};
    header.predecessor.number = in.get<std::uint64_t>();
    header.predecessor.end = in.get<std::uint64_t>();
    header.predecessor.last = Offset{in.get<std::uint64_t>()};
    auto checkpoints = decode_checkpoints(bytes.substr(kFixedBytes, size - 4 - kFixedBytes));
    if (!checkpoints || checkpoints->size() > kSourcesMax) return std::nullopt;
    if (header.predecessor.number >= header.number || header.predecessor.last + 1 != header.first ||
        number(header.first) > kOffsetMax)
        return std::nullopt;
    header.checkpoints = *std::move(checkpoints);
    return parsed;
}

Result<std::optional<ParsedSegmentHeader>> read_segment_header(File& file) {
    std::string bytes(4096, '\0');
    TRY(const auto n, file.read_at(0, bytes));
    bytes.resize(n);
    LittleEndianReader in{bytes};
    const auto magic = in.get<std::uint32_t>();
    const std::size_t size = 8 + std::size_t{in.get<std::uint32_t>()};
    if (magic != kSkippableMagic || size > kBytesMax) return std::optional<ParsedSegmentHeader>{};
    if (size > bytes.size()) {
        bytes.resize(size);
        TRY(const auto all, file.read_at(0, bytes));
        bytes.resize(all);
    }
    return parse_segment_header(bytes);
}

std::uint32_t block_seed(const SpoolId& spool, std::uint64_t number) {
    std::string bytes{as_text(spool)};
    put(bytes, number);
    return crc32c(bytes);
}

}  // namespace auditfwd::spool
