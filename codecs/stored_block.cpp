#include "codecs/stored_block.h"

#include <zstd.h>

#include <algorithm>

#include "codecs/block_table.h"
#include "codecs/little_endian.h"
#include "forwarder/base/assert.h"
#include "forwarder/base/crypto.h"
#include "forwarder/base/limits.h"
#include "forwarder/base/units.h"

namespace auditfwd {

namespace {

constexpr std::uint32_t kBlockMagic = 0x31424641;  // "AFB1"
constexpr std::size_t kSourceBytesMax = 128;
constexpr std::size_t kExpansionMax = 32_KiB;  // a run of 128 KiB takes four bytes of a frame

Error damaged(const char* what) { return {ErrorCode::kInvalid, std::string{"block: "} + what}; }

}  // namespace

bool within_bounds(const Checkpoint& checkpoint) {
    return checkpoint.source.size() <= kSourceBytesMax && checkpoint.position.size() <= limits::kCheckpointBytesMax;
}

std::string encode_checkpoints(std::span<const Checkpoint> checkpoints) {
    std::string bytes;
    for (const auto& checkpoint : checkpoints) {
        CHECK(within_bounds(checkpoint));
        put(bytes, static_cast<std::uint8_t>(checkpoint.source.size()));
        put(bytes, static_cast<std::uint16_t>(checkpoint.position.size()));
        bytes += checkpoint.source;
        bytes += checkpoint.position;
    }
    return bytes;
}

std::optional<std::vector<Checkpoint>> decode_checkpoints(std::string_view bytes) {
    std::vector<Checkpoint> checkpoints;
    LittleEndianReader in{bytes};
    while (in.ok() && !in.rest().empty()) {
        const auto source_bytes = in.get<std::uint8_t>();
        const auto position_bytes = in.get<std::uint16_t>();
        const auto source = in.take(source_bytes);
        const auto position = in.take(position_bytes);
        checkpoints.push_back({std::string{source}, std::string{position}});
    }
    if (!in.ok()) return std::nullopt;
    return checkpoints;
}

std::string frame_block(const Block& block, const BlockPlace& place, std::span<const Checkpoint> checkpoints,
                        std::uint32_t seed) {
    CHECK(checkpoints.size() <= kCheckpointsPerBlockMax);
    const auto positions = encode_checkpoints(checkpoints);
    const auto rest_bytes = block.table().size() + positions.size();
    std::string bytes;
    bytes.reserve(kBlockHeadBytes + rest_bytes);
    put(bytes, kSkippableMagic);
    put(bytes, static_cast<std::uint32_t>(kBlockHeadBytes - 8 + rest_bytes));
    put(bytes, kBlockMagic);
    put(bytes, place.more);
    put(bytes, number(place.first));
    put(bytes, place.unused);
    put(bytes, static_cast<std::uint64_t>(place.received.time_since_epoch().count()));
    put(bytes, place.synced);
    put(bytes, block.records());
    put(bytes, static_cast<std::uint32_t>(block.text_bytes()));
    put(bytes, static_cast<std::uint32_t>(block.table().size()));
    put(bytes, static_cast<std::uint32_t>(block.frame().size()));
    put(bytes, crc32c(positions, block.table_crc()));
    put(bytes, block.frame_crc());
    put(bytes, std::uint32_t{0});
    put(bytes, crc32c(bytes, seed));
    CHECK(bytes.size() == kBlockHeadBytes);
    bytes += block.table();
    bytes += positions;
    return bytes;
}

std::optional<BlockHead> parse_block_head(std::string_view bytes, std::uint32_t seed) {
    LittleEndianReader in{bytes.substr(0, kBlockHeadBytes)};
    const auto skippable = in.get<std::uint32_t>();
    const auto content_bytes = in.get<std::uint32_t>();
    if (skippable != kSkippableMagic || in.get<std::uint32_t>() != kBlockMagic) return std::nullopt;
    BlockHead head;
    head.place.more = in.get<std::uint32_t>();
    head.place.first = Offset{in.get<std::uint64_t>()};
    head.place.unused = in.get<std::uint64_t>();
    head.place.received = WallTime{std::chrono::microseconds{static_cast<std::int64_t>(in.get<std::uint64_t>())}};
    head.place.synced = in.get<std::uint64_t>();
    head.records = in.get<std::uint32_t>();
    head.text_bytes = in.get<std::uint32_t>();
    head.table_bytes = in.get<std::uint32_t>();
    head.frame_bytes = in.get<std::uint32_t>();
    head.rest_crc = in.get<std::uint32_t>();
    head.frame_crc = in.get<std::uint32_t>();
    const auto reserved = in.get<std::uint32_t>();
    const auto crc = in.get<std::uint32_t>();
    if (!in.ok() || crc != crc32c(bytes.substr(0, kBlockHeadBytes - 4), seed)) return std::nullopt;
    const auto fixed = kBlockHeadBytes - 8;
    // The checksum vouches for a writer of this spool; what follows keeps arithmetic safe from any other.
    if (content_bytes < fixed || head.table_bytes > content_bytes - fixed || reserved != 0 ||
        number(head.place.first) == 0 || head.place.unused >= number(head.place.first) ||
        number(head.place.first) > kOffsetMax - head.records || (head.records == 0) != (head.frame_bytes == 0)) {
        return std::nullopt;
    }
    head.checkpoint_bytes = static_cast<std::uint32_t>(content_bytes - fixed - head.table_bytes);
    return head;
}

bool verify_block(const BlockHead& head, std::string_view rest, std::string_view frame) {
    return rest.size() == head.rest_bytes() && frame.size() == head.frame_bytes && crc32c(rest) == head.rest_crc &&
           crc32c(frame) == head.frame_crc;
}

Result<std::vector<Checkpoint>> stored_checkpoints(const BlockHead& head, std::string_view rest) {
    auto checkpoints = decode_checkpoints(rest.substr(std::min<std::size_t>(head.table_bytes, rest.size())));
    if (!checkpoints) return damaged("checkpoints are malformed");
    return *std::move(checkpoints);
}

struct Decompressor::Impl {
    std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context{ZSTD_createDCtx(), ZSTD_freeDCtx};
};

Decompressor::Decompressor() : impl_{std::make_unique<Impl>()} { CHECK(impl_->context != nullptr); }
Decompressor::~Decompressor() = default;
Decompressor::Decompressor(Decompressor&&) noexcept = default;

Result<std::string> Decompressor::decompress(std::string_view frame, std::size_t bytes) {
    if (bytes / kExpansionMax > frame.size()) return damaged("frame too small for its content");
    if (ZSTD_getFrameContentSize(frame.data(), frame.size()) != bytes) return damaged("frame of another size");
    std::string text;
    text.resize(bytes);
    const auto size = ZSTD_decompressDCtx(impl_->context.get(), text.data(), text.size(), frame.data(), frame.size());
    if (ZSTD_isError(size) || size != bytes) return damaged("frame does not decompress");
    return text;
}

Result<std::vector<RecordFacts>> open_table(const BlockHead& head, std::string_view rest) {
    if (rest.size() != head.rest_bytes() || crc32c(rest) != head.rest_crc) return damaged("checksum mismatch");
    auto facts = decode_table(rest.substr(0, head.table_bytes), head.records);
    if (!facts) return damaged("table is malformed");
    return *std::move(facts);
}

Result<StoredBlock> open_block(const BlockHead& head, std::string_view rest, std::string_view frame,
                               Decompressor& decompressor) {
    if (!verify_block(head, rest, frame)) return damaged("checksum mismatch");
    StoredBlock block;
    block.offsets = {head.place.first, Offset{number(head.next()) - 1}};
    block.received = head.place.received;
    TRY(block.checkpoints, stored_checkpoints(head, rest));
    auto facts = decode_table(rest.substr(0, head.table_bytes), head.records);
    if (!facts) return damaged("table is malformed");
    block.facts = *std::move(facts);
    if (head.records > 0) {
        TRY(block.text, decompressor.decompress(frame, head.text_bytes));
    }
    block.line_starts.reserve(block.facts.size());
    std::size_t at = 0;
    for (const auto& fact : block.facts) {
        const auto end = at + fact.bytes;
        if (end >= block.text.size() || block.text[end] != '\n') return damaged("a line does not end where it should");
        block.line_starts.push_back(at);
        at = end + 1;
    }
    if (at != block.text.size()) return damaged("text after the last line");
    return block;
}

}  // namespace auditfwd
