#include "forwarder/spool/recovery.h"

#include <algorithm>

#include "forwarder/base/assert.h"

namespace auditfwd::spool {

namespace {

// The furthest position that any head below `size` says was synced when it was written.
Result<std::uint64_t> durable_by_heads(File& file, const TailInput& input) {
    auto durable = input.durable;
    Scanner scanner{file, input.seed, input.begin, input.first};
    for (;;) {
        TRY(const auto item, scanner.next(input.size));
        if (item.kind == ScanItem::Kind::kEnd) return durable;
        if (item.kind == ScanItem::Kind::kBlock) durable = std::max(durable, item.head.place.synced);
    }
}

// The checkpoints of the item, if it is a block and what its head says. An error of the disk is one; a short file is
// not.
Result<std::optional<std::vector<Checkpoint>>> checkpoints_if_sound(File& file, const ScanItem& item,
                                                                    BlockBytes& bytes) {
    std::optional<std::vector<Checkpoint>> none;
    if (item.kind != ScanItem::Kind::kBlock) return none;
    auto read = bytes.read(file, item.position, item.head);
    if (!read && read.error().code != ErrorCode::kInvalid) return std::move(read).error();
    if (!read || !verify_block(item.head, bytes.rest(), bytes.frame())) return none;
    auto checkpoints = stored_checkpoints(item.head, bytes.rest());
    if (!checkpoints) return none;
    return std::optional{*std::move(checkpoints)};
}

void remember(CheckpointMap& map, std::vector<Checkpoint> checkpoints) {
    for (auto& checkpoint : checkpoints)
        map.insert_or_assign(std::move(checkpoint.source), std::move(checkpoint.position));
}

}  // namespace

Result<Tail> examine_tail(File& file, const TailInput& input) {
    TRY(const auto durable, durable_by_heads(file, input));
    Tail kept;
    kept.end = input.begin;
    kept.last = Offset{number(input.first) - 1};
    auto tail = kept;  // ahead of `kept` by the blocks of an append that is not complete yet
    Scanner scanner{file, input.seed, input.begin, input.first};
    BlockBytes bytes;
    for (;;) {
        TRY(const auto item, scanner.next(input.size));
        if (item.kind == ScanItem::Kind::kEnd) break;
        TRY(auto checkpoints, checkpoints_if_sound(file, item, bytes));
        if (!checkpoints && item.position >= durable) break;
        if (item.kind == ScanItem::Kind::kBlock && item.head.records > 0)
            tail.last = Offset{number(item.head.next()) - 1};
        tail.end = item.position + item.bytes;
        if (checkpoints) {
            ++tail.blocks;
            remember(tail.checkpoints, *std::move(checkpoints));
        } else {
            // What the search for the next head skipped may reach into what no sync covered: that part is no loss.
            if (tail.end == input.size) tail.end = std::min(durable, input.size);
            tail.damaged_bytes += tail.end - item.position;
        }
        if (!checkpoints || item.head.place.more == 0 || tail.end <= durable) kept = tail;
    }
    kept.end = std::max(kept.end, std::min(durable, input.size));
    kept.torn_bytes = input.size - std::min(kept.end, input.size);
    return kept;
}

namespace {

class Recovery {
public:
    Recovery(FileSystem& files, const std::filesystem::path& spool, const SpoolId& id, const DurableMark& mark)
        : files_{files}, spool_{spool}, id_{id}, mark_{mark} {}

    Result<Recovered> run() {
        TRY(found_.segments, list_segments(files_, spool_));
        found_.next_segment = mark_.segment + 1;
        if (!found_.segments.empty())
            found_.next_segment = std::max(found_.next_segment, found_.segments.back().number + 1);
        bool settled = false;
        while (!settled && !found_.segments.empty()) {
            TRY(settled, settle_last());
        }
        if (mark_.last > found_.predecessor.last) {
            // With no segment left at all, what they held may as well have been released.
            if (!found_.segments.empty())
                found_.damaged_records += number(mark_.last) - number(found_.predecessor.last);
            found_.predecessor.last = mark_.last;
        }
        TRY_VOID(files_.sync_directory(spool_));
        return std::move(found_);
    }

private:
    // False if the last segment was none and is gone now.
    Result<bool> settle_last() {
        const auto name = found_.segments.back();
        const auto path = spool_ / to_file_name(name);
        TRY(const auto file, files_.open(path, OpenMode::kReadWrite));
        TRY(auto header, read_segment_header(*file));
        if (header && !(header->header.spool == id_ && header->header.number == name.number &&
                        header->header.first == name.first))
            header.reset();
        TRY(const auto stat, file->stat());
        if (!header) {
            TRY(const bool synced, was_synced(name, *file, stat.size));
            if (!synced) {
                found_.torn_bytes += stat.size;
                TRY_VOID(files_.remove(path));
                found_.segments.pop_back();
                return false;
            }
        }
        if (header) {
            TRY_VOID(remove_between(header->header.predecessor.number));
            remember(found_.checkpoints, std::move(header->header.checkpoints));
        } else {
            found_.damaged_bytes += 1;
            TRY_VOID(remember_from_predecessor());
        }
        const TailInput input{.seed = block_seed(id_, name.number),
                              .begin = header ? header->bytes : 0,
                              .size = stat.size,
                              .first = name.first,
                              .durable = mark_.segment > name.number    ? stat.size
                                         : mark_.segment == name.number ? mark_.end
                                                                        : 0};
        TRY(auto tail, examine_tail(*file, input));
        if (tail.end < stat.size) TRY_VOID(file->truncate(tail.end));
        TRY_VOID(file->sync());
        take(name, std::move(tail), header ? &header->header.predecessor : nullptr);
        return true;
    }

    // Whether a sync covered anything of the segment, by what the mark or one of its blocks says.
    Result<bool> was_synced(const SegmentName& name, File& file, std::uint64_t size) {
        if (mark_.segment >= name.number) return true;
        const TailInput whole{.seed = block_seed(id_, name.number), .size = size, .first = name.first};
        TRY(const auto durable, durable_by_heads(file, whole));
        return durable > 0;
    }

    // A segment named by nobody as predecessor was closed before anything in it was acknowledged.
    Result<void> remove_between(std::uint64_t predecessor) {
        auto& segments = found_.segments;
        while (segments.size() > 1 && segments[segments.size() - 2].number > predecessor) {
            TRY_VOID(files_.remove(spool_ / to_file_name(segments[segments.size() - 2])));
            segments.erase(segments.end() - 2);
        }
        return {};
    }

    // The header that repeated all checkpoints is damaged: what the segment before says is the best that is left.
    Result<void> remember_from_predecessor() {
        if (found_.segments.size() < 2) return {};
        const auto name = found_.segments[found_.segments.size() - 2];
        TRY(const auto file, files_.open(spool_ / to_file_name(name), OpenMode::kRead));
        TRY(auto header, read_segment_header(*file));
        TRY(const auto stat, file->stat());
        if (header) remember(found_.checkpoints, std::move(header->header.checkpoints));
        const TailInput input{.seed = block_seed(id_, name.number),
                              .begin = header ? header->bytes : 0,
                              .size = stat.size,
                              .first = name.first,
                              .durable = stat.size};
        TRY(auto tail, examine_tail(*file, input));
        for (auto& [source, position] : tail.checkpoints) found_.checkpoints.insert_or_assign(source, position);
        return {};
    }

    void take(const SegmentName& name, Tail tail, const Predecessor* before) {
        found_.torn_bytes += tail.torn_bytes;
        found_.damaged_bytes += tail.damaged_bytes;
        for (auto& [source, position] : tail.checkpoints) found_.checkpoints.insert_or_assign(source, position);
        const bool holds_nothing = tail.blocks == 0 && tail.damaged_bytes == 0 && mark_.segment < name.number;
        if (before && holds_nothing) {
            found_.segments.pop_back();
            found_.void_segments.push_back(name);
            found_.predecessor = *before;
        } else {
            found_.predecessor = {.number = name.number, .end = tail.end, .last = tail.last};
        }
    }

    FileSystem& files_;
    const std::filesystem::path& spool_;
    const SpoolId& id_;
    const DurableMark mark_;
    Recovered found_;
};

}  // namespace

Result<Recovered> recover(FileSystem& files, const std::filesystem::path& spool, const SpoolId& id,
                          const DurableMark& mark) {
    return Recovery{files, spool, id, mark}.run();
}

}  // namespace auditfwd::spool
