// Looks into a spool without owning it: for `auditfwd spool ls | cat | verify | forget`.
//
// Everything but forget_cursor() only reads and needs no lock, so it works beside a running forwarder too; what that is
// just writing may show as a torn end, and what it deletes meanwhile as damaged. Thread: one at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codecs/block.h"
#include "codecs/record.h"
#include "forwarder/base/file_system.h"
#include "forwarder/spool/cursor.h"
#include "forwarder/spool/spool.h"

namespace auditfwd {

struct SegmentSummary {
    std::string file;       // its name in the directory
    OffsetRange offsets{};  // it is answerable for; last + 1 == first when it holds nothing yet
    std::uint64_t bytes = 0;
    std::optional<WallTime> created;      // nothing if its header is damaged
    std::vector<Checkpoint> checkpoints;  // of every source, at its beginning
};

struct SpoolFinding {
    std::string file;
    std::uint64_t position = 0;
    std::uint64_t bytes = 0;
    std::string what;  // "the header is damaged", …
    bool loss = true;  // false: torn, that is never acknowledged, and cut at the next start
};

struct SpoolReport {
    static constexpr std::size_t kFindingsMax = 1000;
    std::uint64_t segments = 0;
    std::uint64_t blocks = 0;
    std::uint64_t records = 0;
    std::uint64_t bytes = 0;       // of segments
    std::uint64_t losses = 0;      // findings that are a loss, also those beyond kFindingsMax
    std::uint64_t unreadable = 0;  // offsets that a reader would find damaged
    std::vector<SpoolFinding> findings;
};

class SpoolView {
public:
    virtual ~SpoolView() = default;

    // Fails with kNotFound if no spool is there.
    static Result<std::unique_ptr<SpoolView>> open(FileSystem& files, std::filesystem::path directory);

    virtual Spool::State state() const = 0;  // `last` includes what the next start would keep
    virtual std::vector<Checkpoint> checkpoints() const = 0;
    virtual Result<std::vector<SegmentSummary>> segments() = 0;

    // Gives the records from `range.first` to `range.last` in order, until `record` says false; `gap` gets what stands
    // in their place (unused, damaged, expired). Ends early where the spool ends.
    virtual Result<void> read(OffsetRange range, const std::function<bool(const RecordView&)>& record,
                              const std::function<void(const SpoolStep&)>& gap) = 0;

    // Reads and checks every byte.
    virtual Result<SpoolReport> verify() = 0;
};

// Removes a sink's cursor, durably. Fails with kNotFound if there is none of that name, with kUnavailable while a
// forwarder owns the spool.
Result<void> forget_cursor(FileSystem& files, const std::filesystem::path& spool, std::string_view sink);

}  // namespace auditfwd
