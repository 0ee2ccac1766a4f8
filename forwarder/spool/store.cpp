#include "forwarder/spool/store.h"

#include <algorithm>
#include <chrono>

#include "codecs/stored_block.h"
#include "forwarder/base/assert.h"
#include "forwarder/base/crypto.h"
#include "forwarder/base/limits.h"

namespace auditfwd::spool {

namespace {

constexpr std::uint64_t kNumbersReserved = 1u << 20;
constexpr std::chrono::seconds kProbeEvery{1};
constexpr std::uint64_t kSegmentBytesLeast = 1_MiB;

// Retention works by segments, so a small spool needs small ones.
Spool::Options sane(Spool::Options options) {
    options.segment_bytes =
        std::min(options.segment_bytes, std::max<std::uint64_t>(options.bytes_max / 8, kSegmentBytesLeast));
    return options;
}

// The parts of one write.
struct Frames {
    std::vector<std::string> heads;
    std::vector<std::string_view> parts;
};

}  // namespace

std::uint64_t Append::records() const {
    std::uint64_t records = 0;
    for (const auto& block : blocks) records += block.records();
    return records;
}

std::uint64_t Append::bytes() const {
    std::uint64_t bytes = checkpoint ? checkpoint->source.size() + checkpoint->position.size() + 3 : 0;
    for (const auto& block : blocks) bytes += kBlockHeadBytes + block.bytes();
    return bytes;
}

Store::Store(const Spool::Options& options, FileSystem& files, const Clock& clock, SpoolMetrics& metrics)
    : options_{sane(options)},
      files_{files},
      clock_{clock},
      metrics_{metrics},
      usage_{files,
             clock,
             options.directory,
             {.bytes_max = options.bytes_max, .free_percent_min = options.in_memory ? 0 : options.free_percent_min}} {}

std::size_t Store::commit(std::span<Append* const> appends) {
    CHECK(!appends.empty());
    if (retry_at_) {
        refuse(appends, trouble_);
        return appends.size();
    }
    // A run goes into one segment with one write and one sync.
    std::vector<Append*> run;
    std::uint64_t bytes = 0;
    std::size_t taken = 0;
    for (auto* append : appends) {
        if (!run.empty() && bytes + append->bytes() > options_.segment_bytes) break;
        ++taken;
        if (auto admitted = admit(*append, bytes); !admitted) {
            refuse({&append, 1}, admitted.error());
            continue;
        }
        run.push_back(append);
        bytes += append->bytes();
    }
    if (run.empty()) return taken;

    const auto first = next_;
    for (const auto* append : run) next_ = next_ + append->records();
    auto written = write(run, first);
    if (!written) {
        failed(written.error());
        if (written.error().code == ErrorCode::kFull) usage_.doubt();
        const auto room = make_room(bytes);
        written = room ? write(run, first) : room;
    }
    if (written) {
        published(run, first);
    } else {
        failed(written.error());
        trouble_ = written.error();
        retry_at_ = clock_.steady() + kProbeEvery;
        catalog_->set_failed(true);
        refuse(run, trouble_);
    }
    return taken;
}

Result<void> Store::admit(const Append& append, std::uint64_t bytes_before) {
    if (append.checkpoint && !catalog_->checkpoint(append.checkpoint->source) &&
        catalog_->checkpoints().size() >= kSourcesMax)
        return Error{ErrorCode::kTooLarge, "spool: it carries the checkpoints of " + std::to_string(kSourcesMax) +
                                               " sources already, the most it can"};
    return make_room(bytes_before + append.bytes());
}

// One attempt. On failure the segment is closed for good.
Result<void> Store::write(std::span<Append* const> run, Offset first) {
    std::uint64_t bytes = 0;
    std::uint64_t records = 0;
    for (const auto* append : run) {
        bytes += append->bytes();
        records += append->records();
    }
    const auto attempt = [&]() -> Result<void> {
        TRY_VOID(ensure_segment(bytes));
        TRY_VOID(reserve(Offset{number(first) + records - 1}));
        Frames frames;
        BlockPlace place;
        place.received = clock_.wall();
        place.synced = writer_->synced();
        place.first = first;
        auto last = last_;
        for (const auto* append : run) {
            place.more = static_cast<std::uint32_t>(append->blocks.size());
            for (const auto& block : append->blocks) {
                --place.more;
                place.unused = block.records() > 0 ? number(place.first) - 1 - number(last) : 0;
                std::span<const Checkpoint> checkpoints;
                if (append->checkpoint && place.more == 0) checkpoints = {&*append->checkpoint, 1};
                frames.heads.push_back(frame_block(block, place, checkpoints, writer_->seed()));
                place.first = place.first + block.records();
                if (block.records() > 0) last = Offset{number(place.first) - 1};
            }
        }
        auto head = frames.heads.begin();
        for (const auto* append : run) {
            for (const auto& block : append->blocks) {
                frames.parts.push_back(*head++);
                if (!block.frame().empty()) frames.parts.push_back(block.frame());
            }
        }
        TRY_VOID(writer_->append(frames.parts));
        return sync_segment();
    };
    auto done = attempt();
    if (!done) close_segment();
    return done;
}

Result<void> Store::sync_segment() {
    const auto begin = clock_.steady();
    TRY_VOID(writer_->sync());
    metrics_.sync_seconds.Observe(std::chrono::duration<double>(clock_.steady() - begin).count());
    return {};
}

// The current segment, or a new one if `bytes` do not fit into it any more.
Result<void> Store::ensure_segment(std::uint64_t bytes) {
    if (writer_ && !writer_->empty() && writer_->position() + bytes > options_.segment_bytes) close_segment();
    if (writer_) return {};
    // First what holds nothing: so there is never more than one doubtful segment behind the last sound one.
    while (!void_segments_.empty()) {
        const auto removed = files_.remove(options_.directory / to_file_name(void_segments_.back()));
        if (!removed && removed.error().code != ErrorCode::kNotFound) return removed.error();
        void_segments_.pop_back();
    }
    SegmentHeader header;
    header.spool = state_.id;
    header.number = next_segment_++;
    header.first = last_ + 1;
    header.created = clock_.wall();
    header.predecessor = predecessor_;
    for (auto& [source, position] : catalog_->checkpoints()) header.checkpoints.push_back({source, position});
    void_segments_.push_back({header.number, header.first});  // what a failed creation leaves behind
    TRY(writer_, SegmentWriter::create(files_, options_.directory, header));
    void_segments_.pop_back();
    counted_ = 0;
    return {};
}

// Numbers up to `up_to` may be written once this says so durably.
Result<void> Store::reserve(Offset up_to) {
    if (up_to <= state_.used_to) return {};
    auto state = state_;
    state.used_to = up_to + kNumbersReserved;
    TRY_VOID(save_state(files_, options_.directory, state));
    state_ = state;
    return {};
}

void Store::close_segment() {
    if (!writer_) return;
    if (writer_->holds_synced()) {
        writer_->cut();
        predecessor_ = {.number = writer_->name().number, .end = writer_->synced(), .last = last_};
    } else {
        void_segments_.push_back(writer_->name());
    }
    writer_.reset();
}

void Store::published(std::span<Append* const> run, Offset first) {
    std::vector<Checkpoint> checkpoints;
    const bool newly = catalog_->newest() != writer_->name();
    for (auto* append : run) {
        const auto records = append->records();
        append->outcome.emplace(OffsetRange{first, Offset{number(first) + records - 1}});
        if (records > 0) last_ = Offset{number(first) + records - 1};
        first = first + records;
        if (append->checkpoint) checkpoints.push_back(*append->checkpoint);
        metrics_.records.Increment(static_cast<double>(records));
        metrics_.blocks.Increment(static_cast<double>(append->blocks.size()));
    }
    usage_.add(writer_->synced() - counted_);
    metrics_.appended_bytes.Increment(static_cast<double>(writer_->synced() - counted_));
    counted_ = writer_->synced();
    if (newly) catalog_->add_segment({.name = writer_->name(), .last = last_, .end = {}, .successor = {}, .bytes = 0});
    catalog_->publish(writer_->synced(), last_, checkpoints);
    catalog_->set_used_bytes(usage_.used());
    state_.mark = {.segment = writer_->name().number, .end = writer_->synced(), .last = last_};
    write_mark();
    // Once a segment, so that a damaged header is never taken for a torn one. Nobody waits for it, nothing needs it.
    if (newly) (void)save_state(files_, options_.directory, state_).has_value();
}

// Best effort: an old mark is true as well.
void Store::write_mark() {
    if (!mark_) {
        auto opened = files_.open(mark_path(options_.directory), OpenMode::kCreate);
        if (!opened) return;
        mark_ = *std::move(opened);
    }
    const auto bytes = encode_mark(state_.id, state_.mark);
    const std::string_view parts[]{bytes};
    if (!mark_->write_at(0, parts)) mark_.reset();
}

void Store::failed(const Error& error) {
    metrics_.failures.Increment();
    trouble_log_.warn("spool: the disk refuses to store", {{"error", error.message}});
}

void Store::refuse(std::span<Append* const> run, const Error& error) {
    for (auto* append : run) append->outcome.emplace(error);
    auto& counter = error.code == ErrorCode::kFull ? metrics_.refused_full : metrics_.refused_broken;
    counter.Increment(static_cast<double>(run.size()));
    refusal_log_.warn("spool: appends are refused", {{"error", error.message}});
}

void Store::probe() {
    if (!retry_at_ || clock_.steady() < *retry_at_) return;
    const auto attempt = [&]() -> Result<void> {
        TRY_VOID(make_room(0));
        TRY_VOID(ensure_segment(0));
        return sync_segment();
    };
    if (auto healed = attempt(); !healed) {
        close_segment();
        failed(healed.error());
        trouble_ = healed.error();
        retry_at_ = clock_.steady() + kProbeEvery;
        return;
    }
    retry_at_.reset();
    catalog_->set_failed(false);
    log_info("spool: the disk stores again", {{"directory", options_.directory.string()}});
}

void Store::close() {
    close_segment();
    for (const auto& name : void_segments_) (void)files_.remove(options_.directory / to_file_name(name)).has_value();
    const Offset used{number(next_) - 1};
    if (used == state_.used_to) return;  // nothing was used since the file was written
    state_.used_to = used;
    if (const auto saved = save_state(files_, options_.directory, state_); !saved)
        log_warn("spool: not closed cleanly, some offsets stay unused", {{"error", saved.error().message}});
}

}  // namespace auditfwd::spool
