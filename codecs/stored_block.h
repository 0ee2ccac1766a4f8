// A block's bytes on disk: written by the spool, read by its readers, by recovery and by `auditfwd spool`.
//
// forwarder/spool/FORMAT.md specifies them. A stored block is a zstd skippable frame (head, table, checkpoints) and, if
// it has records, a zstd frame with their NDJSON. Everything is covered by three CRC-32C: the head's own, which lets
// a reader skip a block whose rest is damaged; that of table and checkpoints; that of the compressed frame.
//
// Pure. Bytes read back are not trusted: every function here fails on what it does not recognise, and allocates nothing
// that a checksum has not vouched for.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "codecs/block.h"

namespace auditfwd {

inline constexpr std::uint32_t kSkippableMagic = 0x184D2A5A;
inline constexpr std::size_t kBlockHeadBytes = 80;
inline constexpr std::size_t kCheckpointsPerBlockMax = 64;
// No spool gets there; whatever claims to is damaged, and sums of offsets never overflow.
inline constexpr std::uint64_t kOffsetMax = std::uint64_t{1} << 62;

// Where a block stands, known when it is appended.
struct BlockPlace {
    Offset first{};            // of its first record; what the next record would get when it has none
    std::uint64_t unused = 0;  // numbers right before `first` that no record ever had
    WallTime received{};
    std::uint64_t synced = 0;  // bytes of its segment that a sync covered when it was written
    std::uint32_t more = 0;    // blocks of the same append that follow
};

// The head, as read back.
struct BlockHead {
    BlockPlace place;
    std::uint32_t records = 0;
    std::uint32_t text_bytes = 0;
    std::uint32_t table_bytes = 0;
    std::uint32_t checkpoint_bytes = 0;
    std::uint32_t frame_bytes = 0;
    std::uint32_t rest_crc = 0;
    std::uint32_t frame_crc = 0;

    std::uint64_t rest_bytes() const { return std::uint64_t{table_bytes} + checkpoint_bytes; }
    // On disk, from the first byte of the head to the last of the frame.
    std::uint64_t bytes() const { return kBlockHeadBytes + rest_bytes() + frame_bytes; }
    Offset next() const { return place.first + records; }
};

// The bytes that go before block.frame(): head, table, checkpoints. `seed` binds them to their segment: a block copied
// from elsewhere does not verify.
std::string frame_block(const Block& block, const BlockPlace& place, std::span<const Checkpoint> checkpoints,
                        std::uint32_t seed);

// The head at the beginning of `bytes` (kBlockHeadBytes of them are looked at); nothing if there is none that verifies.
std::optional<BlockHead> parse_block_head(std::string_view bytes, std::uint32_t seed);

// Whether table and checkpoints (`rest`) and frame are what the head promises, by their checksums.
bool verify_block(const BlockHead& head, std::string_view rest, std::string_view frame);

// The checkpoints of a verified block.
Result<std::vector<Checkpoint>> stored_checkpoints(const BlockHead& head, std::string_view rest);

// A zstd context, reused. Thread: one at a time. Allocates at most 32 KiB for each byte of a frame, which is as much as
// zstd can make of it.
class Decompressor {
public:
    Decompressor();
    ~Decompressor();
    Decompressor(Decompressor&&) noexcept;
    // Fails unless `frame` is one frame that says it holds `bytes`, and does.
    Result<std::string> decompress(std::string_view frame, std::size_t bytes);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// The table alone, verified; `rest` as in verify_block(). Fails with kInvalid.
Result<std::vector<RecordFacts>> open_table(const BlockHead& head, std::string_view rest);

// Verifies, decompresses and indexes. Fails with kInvalid.
Result<StoredBlock> open_block(const BlockHead& head, std::string_view rest, std::string_view frame,
                               Decompressor& decompressor);

// Whether source and position are as short as they must be.
bool within_bounds(const Checkpoint& checkpoint);

// Sources' checkpoints as bytes, for block and segment headers. Each must be within_bounds().
std::string encode_checkpoints(std::span<const Checkpoint> checkpoints);
std::optional<std::vector<Checkpoint>> decode_checkpoints(std::string_view bytes);

}  // namespace auditfwd
