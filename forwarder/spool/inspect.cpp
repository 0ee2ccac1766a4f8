#include "forwarder/spool/inspect.h"

#include <algorithm>

#include "forwarder/spool/disk_usage.h"
#include "forwarder/spool/reader.h"
#include "forwarder/spool/recovery.h"

namespace auditfwd {

namespace {

using spool::Catalog;
using spool::Segment;

class DirectoryView final : public SpoolView {
public:
    DirectoryView(FileSystem& files, std::filesystem::path directory, const spool::SpoolId& id)
        : files_{files}, directory_{std::move(directory)}, catalog_{id} {}

    Result<void> fill(const spool::Recovered& found) {
        catalog_.set_last(found.predecessor.last);
        catalog_.set_checkpoints(found.checkpoints);
        std::uint64_t bytes = spool::other_bytes(files_, directory_);
        for (auto& segment : spool::segments_of(found)) {
            const auto stat = files_.stat(path_of(segment.name));
            segment.bytes = stat ? stat->size : 0;
            bytes += segment.bytes;
            catalog_.add_segment(segment);
        }
        catalog_.set_used_bytes(bytes);
        return {};
    }

    Spool::State state() const override { return catalog_.state(); }

    std::vector<Checkpoint> checkpoints() const override {
        std::vector<Checkpoint> checkpoints;
        for (auto& [source, position] : catalog_.checkpoints()) checkpoints.push_back({source, position});
        return checkpoints;
    }

    Result<std::vector<SegmentSummary>> segments() override {
        std::vector<SegmentSummary> summaries;
        for (const auto& segment : catalog_.list()) {
            SegmentSummary summary;
            summary.file = spool::to_file_name(segment.name);
            summary.offsets = {segment.name.first, segment.last};
            summary.bytes = segment.bytes;
            auto file = files_.open(path_of(segment.name), OpenMode::kRead);
            if (!file && file.error().code == ErrorCode::kNotFound) continue;  // deleted meanwhile
            if (!file) return std::move(file).error();
            TRY(auto header, spool::read_segment_header(**file));
            if (header) {
                summary.created = header->header.created;
                summary.checkpoints = std::move(header->header.checkpoints);
            }
            summaries.push_back(std::move(summary));
        }
        return summaries;
    }

    Result<void> read(OffsetRange range, const std::function<bool(const RecordView&)>& record,
                      const std::function<void(const SpoolStep&)>& gap) override {
        spool::Reader reader{files_, directory_, catalog_, cache_, spool_metrics_};
        for (auto at = std::max(range.first, Offset{1}); at <= range.last;) {
            TRY(auto step, reader.read(at));
            if (step.kind == SpoolStep::Kind::kEnd) return {};
            step.offsets.last = std::min(step.offsets.last, range.last);
            if (step.kind != SpoolStep::Kind::kBlock) gap(step);
            for (auto o = at; step.block && o <= step.offsets.last; o = o + 1) {
                if (!record(step.block->record(number(o) - number(step.block->offsets.first)))) return {};
            }
            at = step.offsets.last + 1;
        }
        return {};
    }

    Result<SpoolReport> verify() override {
        SpoolReport report;
        for (const auto& segment : catalog_.list()) TRY_VOID(verify_segment(segment, report));
        const auto count = [&](const SpoolStep& step) {
            if (step.kind == SpoolStep::Kind::kDamaged) report.unreadable += step.offsets.size();
        };
        TRY_VOID(read(
            {Offset{1}, catalog_.last()}, [](const RecordView&) { return true; }, count));
        return report;
    }

private:
    std::filesystem::path path_of(const spool::SegmentName& name) const {
        return directory_ / spool::to_file_name(name);
    }

    static void add(SpoolReport& report, SpoolFinding finding) {
        if (finding.loss) ++report.losses;
        if (report.findings.size() < SpoolReport::kFindingsMax) report.findings.push_back(std::move(finding));
    }

    Result<void> verify_segment(const Segment& segment, SpoolReport& report) {
        auto opened = files_.open(path_of(segment.name), OpenMode::kRead);
        if (!opened && opened.error().code == ErrorCode::kNotFound) return {};  // deleted meanwhile
        if (!opened) return std::move(opened).error();
        auto& file = **opened;
        const auto name = spool::to_file_name(segment.name);
        TRY(const auto stat, file.stat());
        TRY(const auto end, spool::end_of_segment(files_, directory_, catalog_.id(), segment, file));
        TRY(const auto header, spool::read_segment_header(file));
        ++report.segments;
        report.bytes += stat.size;
        if (!header) add(report, {name, 0, 0, "the header is damaged", true});
        spool::Scanner scanner{file, spool::block_seed(catalog_.id(), segment.name.number), header ? header->bytes : 0,
                               segment.name.first};
        for (;;) {
            TRY(const auto item, scanner.next(std::min(end, stat.size)));
            if (item.kind == spool::ScanItem::Kind::kEnd) break;
            if (item.kind == spool::ScanItem::Kind::kBad) {
                if (header || item.position > 0)
                    add(report, {name, item.position, item.bytes, "no block is there", true});
                continue;
            }
            auto read = bytes_.read(file, item.position, item.head);
            if (!read && read.error().code != ErrorCode::kInvalid) return read;
            Result<StoredBlock> block = Error{ErrorCode::kInvalid, "block: it is not whole"};
            if (read) block = open_block(item.head, bytes_.rest(), bytes_.frame(), decompressor_);
            if (!block) {
                add(report, {name, item.position, item.bytes, block.error().message, true});
                continue;
            }
            ++report.blocks;
            report.records += item.head.records;
        }
        if (end < stat.size) add(report, {name, end, stat.size - end, "torn end: never acknowledged, not read", false});
        if (end > stat.size) add(report, {name, stat.size, end - stat.size, "the end is missing", true});
        return {};
    }

    FileSystem& files_;
    const std::filesystem::path directory_;
    Catalog catalog_;
    Metrics metrics_;
    spool::SpoolMetrics spool_metrics_{metrics_};
    spool::BlockCache cache_;
    spool::BlockBytes bytes_;
    Decompressor decompressor_;
};

}  // namespace

Result<std::unique_ptr<SpoolView>> SpoolView::open(FileSystem& files, std::filesystem::path directory) {
    const auto place = "spool " + directory.string();
    const auto identity = spool::identify(files, directory);
    if (!identity) return identity.error().at(place);
    if (!identity->exists) return Error{ErrorCode::kNotFound, place + ": there is no spool in this directory"};
    const auto found = spool::examine(files, directory, identity->state.id, identity->state.mark);
    if (!found) return found.error().at(place);
    auto view = std::make_unique<DirectoryView>(files, std::move(directory), identity->state.id);
    TRY_VOID(view->fill(*found));
    return std::unique_ptr<SpoolView>{std::move(view)};
}

Result<void> forget_cursor(FileSystem& files, const std::filesystem::path& spool, std::string_view sink) {
    TRY(const auto lock, files.lock(spool::lock_path(spool)));
    TRY(const auto names, list_cursors(files, spool));
    if (std::find(names.begin(), names.end(), sink) == names.end())
        return Error{ErrorCode::kNotFound, "spool " + spool.string() + ": there is no cursor of that name"};
    const auto path = cursor_path(spool, sink);
    TRY_VOID(files.remove(path));
    return files.sync_directory(path.parent_path());
}

}  // namespace auditfwd
