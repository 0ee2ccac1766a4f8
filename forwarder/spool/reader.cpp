#include "forwarder/spool/reader.h"

#include <algorithm>

#include "forwarder/base/assert.h"

namespace auditfwd::spool {

namespace {

constexpr std::uint64_t kWaypointDistance = 1_MiB;

SpoolStep step(SpoolStep::Kind kind, Offset from, Offset to) { return {kind, {from, to}, nullptr}; }

}  // namespace

Result<std::uint64_t> end_of_segment(FileSystem& files, const std::filesystem::path& spool, const SpoolId& id,
                                     const Segment& segment, File& file) {
    if (segment.end) return *segment.end;
    if (segment.successor) {
        if (const auto next = files.open(spool / to_file_name(*segment.successor), OpenMode::kRead)) {
            TRY(const auto header, read_segment_header(**next));
            if (header && header->header.spool == id && header->header.predecessor.number == segment.name.number)
                return header->header.predecessor.end;
        }
    }
    TRY(const auto stat, file.stat());
    return stat.size;
}

Result<SpoolStep> Reader::read(Offset offset, const WantsRecord& wants) {
    // A segment may be deleted between being found and being opened; the next look at the catalog knows.
    for (int attempt = 0;; ++attempt) {
        const auto place = catalog_.find(offset);
        if (place.kind == Catalog::Place::Kind::kEnd) return SpoolStep{};
        if (place.kind == Catalog::Place::Kind::kExpired)
            return step(SpoolStep::Kind::kExpired, offset, Offset{number(place.first_kept) - 1});
        if (open_ && open_->segment.name == place.segment.name) {
            open_->segment = place.segment;
            if (place.segment.end) open_->end = *place.segment.end;
        } else if (auto opened = open(place.segment); !opened) {
            if (opened.error().code != ErrorCode::kNotFound) return std::move(opened).error();
            if (attempt == 0) continue;
            return damaged(offset, place.segment.last);  // listed, and gone: somebody else removed it
        }
        return read_in_segment(offset, wants);
    }
}

Result<void> Reader::open(const Segment& segment) {
    open_.reset();
    auto open = std::make_unique<Open>();
    open->segment = segment;
    TRY(open->file, files_.open(spool_ / to_file_name(segment.name), OpenMode::kRead));
    TRY(open->end, end_of_segment(files_, spool_, catalog_.id(), segment, *open->file));
    TRY(const auto header, read_segment_header(*open->file));
    // Without its header the blocks can still be found, if it is the header alone that is damaged.
    open->waypoints.push_back({.position = header ? header->bytes : 0, .expected = segment.name.first});
    open_ = std::move(open);
    walk_from(open_->waypoints.front());
    return {};
}

void Reader::walk_from(const Waypoint& waypoint) {
    open_->scanner.emplace(*open_->file, block_seed(catalog_.id(), open_->segment.name.number), waypoint.position,
                           waypoint.expected);
}

void Reader::go_to(Offset offset) {
    const auto& waypoints = open_->waypoints;
    const auto after = std::upper_bound(waypoints.begin(), waypoints.end(), offset,
                                        [](Offset o, const Waypoint& waypoint) { return o < waypoint.expected; });
    const auto& best = after == waypoints.begin() ? waypoints.front() : *std::prev(after);
    const bool behind = offset < open_->scanner->expected();
    if (behind || best.position > open_->scanner->position()) walk_from(best);
}

Result<SpoolStep> Reader::read_in_segment(Offset offset, const WantsRecord& wants) {
    go_to(offset);
    const auto last = open_->segment.last;
    for (;;) {
        auto& scanner = *open_->scanner;
        const Waypoint here{.position = scanner.position(), .expected = scanner.expected()};
        if (here.position >= open_->waypoints.back().position + kWaypointDistance) open_->waypoints.push_back(here);
        TRY(const auto item, scanner.next(open_->end));
        // What it is answerable for is not in it (any more).
        if (item.kind == ScanItem::Kind::kEnd) return damaged(offset, last);
        if (item.kind == ScanItem::Kind::kBad || item.head.records == 0 || item.head.next() <= offset) continue;
        const auto first = item.head.place.first;
        if (first <= offset) {
            TRY(auto found, read_block(item, offset, wants));
            return found;
        }
        walk_from(here);  // the block is for the next call
        const Offset unused{number(first) - item.head.place.unused};
        if (unused > offset) return damaged(offset, std::min(last, Offset{number(unused) - 1}));
        return step(SpoolStep::Kind::kUnused, offset, std::min(last, Offset{number(first) - 1}));
    }
}

Result<SpoolStep> Reader::read_block(const ScanItem& item, Offset offset, const WantsRecord& wants) {
    const BlockCache::Key key{open_->segment.name.number, item.position};
    auto block = cache_.find(key);
    if (!block) {
        if (wants && !holds_wanted(item, offset, wants)) {
            metrics_.blocks_unread.Increment();
            return step(SpoolStep::Kind::kUnwanted, offset, Offset{number(item.head.next()) - 1});
        }
        auto read = bytes_.read(*open_->file, item.position, item.head);
        if (!read && read.error().code != ErrorCode::kInvalid) return std::move(read).error();
        Result<StoredBlock> opened = Error{ErrorCode::kInvalid, ""};
        if (read) opened = open_block(item.head, bytes_.rest(), bytes_.frame(), decompressor_);
        if (!opened) return damaged(offset, Offset{number(item.head.next()) - 1});
        metrics_.blocks_read.Increment();
        block = cache_.insert(key, std::make_shared<const StoredBlock>(*std::move(opened)));
    }
    SpoolStep found = step(SpoolStep::Kind::kBlock, offset, block->offsets.last);
    found.block = std::move(block);
    return found;
}

// True when it cannot be told, too: reading the whole block says what is wrong.
bool Reader::holds_wanted(const ScanItem& item, Offset offset, const WantsRecord& wants) {
    if (!bytes_.read_rest(*open_->file, item.position, item.head)) return true;
    const auto facts = open_table(item.head, bytes_.rest());
    if (!facts) return true;
    const auto first = static_cast<std::ptrdiff_t>(number(offset) - number(item.head.place.first));
    return std::any_of(facts->begin() + first, facts->end(), wants);
}

SpoolStep Reader::damaged(Offset from, Offset to) {
    metrics_.damaged_read.Increment(static_cast<double>(number(to) - number(from) + 1));
    damage_log_.warn("spool: records cannot be read any more and are skipped",
                     {{"segment", to_file_name(open_ ? open_->segment.name : SegmentName{})},
                      {"first", std::to_string(number(from))},
                      {"last", std::to_string(number(to))}});
    return step(SpoolStep::Kind::kDamaged, from, to);
}

}  // namespace auditfwd::spool
