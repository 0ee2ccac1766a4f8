#include "forwarder/spool/recovery.h"

#include <algorithm>

#include "forwarder/base/log.h"
#include "forwarder/base/units.h"

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
    kept.durable = std::min(durable, input.size);
    kept.end = std::max(kept.end, kept.durable);
    kept.torn_bytes = input.size - std::min(kept.end, input.size);
    return kept;
}

namespace {

Result<SpoolId> id_from_segments(FileSystem& files, const std::filesystem::path& spool,
                                 const std::vector<SegmentName>& segments) {
    for (auto name = segments.rbegin(); name != segments.rend(); ++name) {
        TRY(const auto file, files.open(spool / to_file_name(*name), OpenMode::kRead));
        TRY(const auto header, read_segment_header(*file));
        if (header) return header->header.spool;
    }
    return Error{ErrorCode::kInvalid,
                 "neither its state nor the header of any segment can be read; move its files away to start anew"};
}

class Examination {
public:
    Examination(FileSystem& files, const std::filesystem::path& spool, const SpoolId& id, const DurableMark& mark)
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
        return std::move(found_);
    }

private:
    // False if the last segment was none.
    Result<bool> settle_last() {
        const auto name = found_.segments.back();
        TRY(const auto file, files_.open(spool_ / to_file_name(name), OpenMode::kRead));
        TRY(const auto stat, file->stat());
        TRY(auto header, read_segment_header(*file));
        if (header && !(header->header.spool == id_ && header->header.number == name.number &&
                        header->header.first == name.first))
            header.reset();
        if (!header) {
            TRY(const bool synced, was_synced(name, *file, stat.size));
            if (!synced) {
                found_.torn_bytes += stat.size;
                drop(found_.segments.size() - 1);
                return false;
            }
            found_.damaged_bytes += 1;
            TRY_VOID(remember_from_predecessor());
        } else {
            // A segment that its successor does not name was closed before anything in it was acknowledged.
            while (found_.segments.size() > 1 &&
                   found_.segments[found_.segments.size() - 2].number > header->header.predecessor.number)
                drop(found_.segments.size() - 2);
            remember(found_.checkpoints, std::move(header->header.checkpoints));
        }
        const TailInput input{.seed = block_seed(id_, name.number),
                              .begin = header ? header->bytes : 0,
                              .size = stat.size,
                              .first = name.first,
                              .durable = mark_.segment > name.number    ? stat.size
                                         : mark_.segment == name.number ? mark_.end
                                                                        : 0};
        TRY(auto tail, examine_tail(*file, input));
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

    void drop(std::size_t index) {
        const auto place = found_.segments.begin() + static_cast<std::ptrdiff_t>(index);
        found_.void_segments.push_back(*place);
        found_.segments.erase(place);
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
            drop(found_.segments.size() - 1);
            found_.predecessor = *before;
            return;
        }
        found_.predecessor = {.number = name.number, .end = tail.end, .last = tail.last};
        found_.tail = name;
        found_.tail_end = tail.end;
        found_.tail_durable = tail.durable;
    }

    FileSystem& files_;
    const std::filesystem::path& spool_;
    const SpoolId& id_;
    const DurableMark mark_;
    Recovered found_;
};

}  // namespace

Result<Identity> identify(FileSystem& files, const std::filesystem::path& spool) {
    Identity identity;
    auto loaded = load_state(files, spool);
    if (!loaded && loaded.error().code != ErrorCode::kInvalid) return std::move(loaded).error();
    if (!loaded)
        log_error("spool: its state is damaged; what the segments say is used instead",
                  {{"error", loaded.error().message}});
    if (loaded && *loaded) {
        identity = {.state = **loaded, .saved = true, .exists = true};
    } else {
        TRY(const auto segments, list_segments(files, spool));
        if (segments.empty()) return identity;
        TRY(identity.state.id, id_from_segments(files, spool, segments));
        identity.exists = true;
    }
    const auto mark = load_mark(files, spool, identity.state.id);
    if (mark && identity.state.mark < *mark) identity.state.mark = *mark;
    return identity;
}

Result<Recovered> examine(FileSystem& files, const std::filesystem::path& spool, const SpoolId& id,
                          const DurableMark& mark) {
    return Examination{files, spool, id, mark}.run();
}

namespace {

Result<void> write_again(File& file, std::uint64_t from, std::uint64_t to) {
    std::string bytes(static_cast<std::size_t>(std::min<std::uint64_t>(1_MiB, to - from)), '\0');
    while (from < to) {
        bytes.resize(static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), to - from)));
        TRY(const auto n, file.read_at(from, bytes));
        if (n == 0) return Error{ErrorCode::kBroken, "a segment shrank while it was recovered"};
        const auto part = std::string_view{bytes}.substr(0, n);
        TRY_VOID(file.write_at(from, {&part, 1}));
        from += n;
    }
    return {};
}

}  // namespace

Result<void> settle(FileSystem& files, const std::filesystem::path& spool, const Recovered& found) {
    if (found.tail) {
        TRY(const auto file, files.open(spool / to_file_name(*found.tail), OpenMode::kReadWrite));
        TRY(const auto stat, file->stat());
        if (found.tail_end < stat.size) TRY_VOID(file->truncate(found.tail_end));
        TRY_VOID(write_again(*file, found.tail_durable, found.tail_end));
        TRY_VOID(file->sync());
    }
    return files.sync_directory(spool);
}

}  // namespace auditfwd::spool
