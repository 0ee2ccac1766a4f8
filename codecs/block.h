// A block: records rendered together, compressed together, checksummed together. The unit the spool writes, reads and
// lends out. forwarder/spool/FORMAT.md specifies its bytes.
//
//   BlockBuilder ──seal──▶ Block ──frame (offset, time, checkpoints)──▶ bytes on disk ──open_block──▶ StoredBlock
//
// Pure. Owner: whoever holds it. Thread: one at a time; a sealed Block may move between threads.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "codecs/record.h"
#include "forwarder/base/clock.h"
#include "forwarder/base/result.h"

namespace auditfwd {

// A source's position after the records of a block, opaque to the spool, durable together with them.
struct Checkpoint {
    std::string source;    // the source's name, at most 128 bytes
    std::string position;  // at most limits::kCheckpointBytesMax
    bool operator==(const Checkpoint&) const = default;
};

// A zstd context (level 1) with its buffer, reused for every block of one worker. Holds 3 MiB at most between calls; a
// call takes at most the size of its result more.
class Compressor {
public:
    Compressor();
    ~Compressor();
    Compressor(Compressor&&) noexcept;
    // One frame, content size set.
    std::string compress(std::string_view bytes);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// Sealed and immutable; its place in the spool is not known yet. Checksums are computed by the worker that seals, so
// that the spool's thread only writes. Default: no records (a block that carries a checkpoint alone).
class Block {
public:
    std::uint32_t records() const { return records_; }
    std::uint64_t text_bytes() const { return text_bytes_; }
    // Memory it holds: table and compressed frame.
    std::size_t bytes() const { return table_.size() + frame_.size(); }
    std::string_view table() const { return table_; }
    std::string_view frame() const { return frame_; }
    std::uint32_t table_crc() const { return table_crc_; }
    std::uint32_t frame_crc() const { return frame_crc_; }

private:
    friend class BlockBuilder;
    std::uint32_t records_ = 0;
    std::uint32_t table_crc_ = 0;
    std::uint32_t frame_crc_ = 0;
    std::uint64_t text_bytes_ = 0;
    std::string table_;
    std::string frame_;
};

// Records are appended as lines to text(); each append ends with add(). One builder per submission in hand. A record
// may have limits::kRecordBytesMax bytes.
class BlockBuilder {
public:
    // The NDJSON so far. The caller appends exactly one line with its newline, then calls add() with its facts
    // (`bytes` is filled in here).
    std::string& text() { return text_; }
    void add(RecordFacts facts);

    bool empty() const { return facts_.empty(); }
    // Forgets what was added, and keeps the memory.
    void clear() {
        text_.clear();
        facts_.clear();
        closed_ = 0;
    }
    // At limits::kBlockBytes: seal before the next record.
    bool full() const;
    // Compresses what was added and leaves the builder empty, with its memory.
    Block seal(Compressor& compressor);

private:
    std::string text_;
    std::size_t closed_ = 0;  // bytes of text_ covered by facts_
    std::vector<RecordFacts> facts_;
};

// A block read back: decompressed once, shared by all sinks at the same position.
struct StoredBlock {
    OffsetRange offsets;
    WallTime received;
    std::vector<Checkpoint> checkpoints;
    std::vector<RecordFacts> facts;        // one per record
    std::string text;                      // NDJSON
    std::vector<std::size_t> line_starts;  // into text, one per record

    RecordView record(std::size_t index) const {
        const auto ms = std::chrono::floor<std::chrono::milliseconds>(received.time_since_epoch());
        return {.offset = offsets.first + index,
                .json = {text.data() + line_starts[index], facts[index].bytes},
                .facts = facts[index],
                .received_ms = ms.count()};
    }
};

}  // namespace auditfwd
