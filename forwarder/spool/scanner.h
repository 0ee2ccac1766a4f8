// Walks the blocks of a segment by their heads, and finds the next sound one behind damage.
//
// Heads carry their own checksum, so that a walk reads 80 bytes a block and a block whose rest is damaged does not hide
// its successors. Pure over the bytes of a File. Owner: a reader, recovery, or the inspector. Thread: one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "codecs/stored_block.h"
#include "forwarder/base/file_system.h"

namespace auditfwd::spool {

// Bytes of a file up to a bound, read ahead.
class Window {
public:
    explicit Window(File& file) : file_{file} {}
    // Up to `bytes` bytes from `position`, fewer only at `end` or where the file ends. Valid until the next call.
    Result<std::string_view> at(std::uint64_t position, std::size_t bytes, std::uint64_t end, std::size_t read_ahead);

private:
    File& file_;
    std::uint64_t begin_ = 0;
    std::string bytes_;
};

struct ScanItem {
    enum class Kind {
        kBlock,  // a sound head, and room for all of its block
        kBad,    // bytes that are no block: damaged, or cut off at the end
        kEnd,
    };
    Kind kind = Kind::kEnd;
    std::uint64_t position = 0;
    std::uint64_t bytes = 0;
    BlockHead head;  // of kBlock
};

class Scanner {
public:
    // From `position`, the end of the segment's header or of a block, where the next record's offset is `expected` or
    // larger. `seed`: block_seed() of the segment.
    Scanner(File& file, std::uint32_t seed, std::uint64_t position, Offset expected)
        : window_{file}, seed_{seed}, position_{position}, expected_{expected} {}

    // The next item below `end`, which may grow from call to call. Fails only if the file cannot be read.
    Result<ScanItem> next(std::uint64_t end);

    // Where the next item begins, and the lowest offset a record there may have.
    std::uint64_t position() const { return position_; }
    Offset expected() const { return expected_; }

private:
    Result<std::optional<BlockHead>> head_at(std::uint64_t position, std::uint64_t end);
    Result<std::uint64_t> find_head(std::uint64_t from, std::uint64_t end);
    bool plausible(const BlockHead& head, std::uint64_t position) const;

    Window window_;
    std::uint32_t seed_;
    std::uint64_t position_;
    Offset expected_;
};

// Table, checkpoints and frame of the block at `position`, read in one call.
class BlockBytes {
public:
    // Fails if the file cannot be read or ends before the block does (kInvalid).
    Result<void> read(File& file, std::uint64_t position, const BlockHead& head);
    // Table and checkpoints alone; frame() is empty then.
    Result<void> read_rest(File& file, std::uint64_t position, const BlockHead& head);
    std::string_view rest() const { return std::string_view{bytes_}.substr(0, rest_bytes_); }
    std::string_view frame() const { return std::string_view{bytes_}.substr(rest_bytes_); }

private:
    Result<void> read_bytes(File& file, std::uint64_t position, std::size_t bytes);

    std::string bytes_;
    std::size_t rest_bytes_ = 0;
};

}  // namespace auditfwd::spool
