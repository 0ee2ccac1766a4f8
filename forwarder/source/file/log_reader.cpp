#include "forwarder/source/file/log_reader.h"

#include <algorithm>
#include <array>

#include "forwarder/base/log.h"
#include "forwarder/base/units.h"
#include "forwarder/source/file/gzip_file.h"

namespace auditfwd {

namespace {

constexpr std::size_t kBlockBytes = 64_KiB;
// One look ends after so many blocks, so that a graceful end never waits for a huge line.
constexpr int kBlocksPerLook = 512;

}  // namespace

LogReader::LogReader(Options options, std::optional<Position> remembered, FileSystem& files, FileMetrics& metrics)
    : options_{std::move(options)},
      directory_{options_.path, files},
      metrics_{metrics},
      remembered_{std::move(remembered)},
      scratch_(kBlockBytes, '\0') {
    CHECK(options_.chunk_bytes > 0 && options_.chunk_bytes <= options_.line_bytes_max);
}

LogReader::~LogReader() = default;

Result<Look> LogReader::look() {
    if (!started_) return start();
    if (mark_due_) return Look{Look::Kind::kRead};
    TRY(const auto next, next_file());
    if (file_) return look_at_file(next);
    return next ? move_on(*next) : wait_for_log();
}

Look LogReader::wait_for_log() {
    if (!std::exchange(absence_told_, true))
        log_warn("the log is not there yet; waiting for it",
                 {{"source", options_.source}, {"path", options_.path.string()}});
    return Look{Look::Kind::kWait};
}

void LogReader::follow(std::unique_ptr<File> file, const LogFile& found, const Past& past) {
    file_ = std::move(file);
    compressed_ = found.compressed;
    position_.id = found.id;
    position_.rotated = found.time;
    position_.past = known_ = past;
    begin_ = scanned_ = past.offset;
    size_seen_ = compressed_ ? found.size : 0;
    log_info("reading", {{"source", options_.source}, {"path", own_path()}, {"offset", std::to_string(past.offset)}});
}

std::string LogReader::own_path() const {
    return directory_.path_of({position_.rotated, compressed_, position_.id, 0}).string();
}

// The file after ours, if ours is not the live one any more.
Result<std::optional<LogFile>> LogReader::next_file() {
    const bool live_so_far = file_ && position_.rotated.empty();
    if (live_so_far) {
        TRY(const auto live, directory_.live());
        if (live && live->id == position_.id) {
            losses_.look_at_live(*live);
            return std::optional<LogFile>{};
        }
    }
    TRY(const auto listing, directory_.list());
    if (live_so_far) TRY_VOID(learn_own_time(listing));
    const auto after = successors(listing, position_);
    note_losses(losses_.look(listing, after, position_));
    return after.empty() ? std::nullopt : std::optional{after.front()};
}

// Finds our file's rotated name: by its inode, or if it was compressed before we looked, by how it begins. What was
// removed has no name, and needs none.
Result<void> LogReader::learn_own_time(const Listing& listing) {
    if (listing.live && listing.live->id == position_.id) return {};
    for (const auto& file : listing.rotated) {
        if (!file.compressed && file.id == position_.id) {
            position_.rotated = file.time;
            return {};
        }
    }
    std::array<char, kPastBytes> ours;
    std::array<char, kPastBytes> theirs;
    TRY(const auto n, file_->read_at(0, ours));
    for (const auto& file : listing.rotated) {
        if (n == 0 || !file.compressed || file.time <= position_.older) continue;
        TRY(const auto content, directory_.open(file));
        TRY(const auto m, content->read_at(0, {theirs.data(), n}));
        if (std::string_view{ours.data(), n} == std::string_view{theirs.data(), m}) {
            position_.rotated = file.time;
            return {};
        }
    }
    return {};
}

void LogReader::note_losses(const LossWatch::Losses& losses) {
    for (const auto& file : losses.removed) {
        metrics_.lost_files.Increment();
        say_lost("a rotated file went away before it was read", directory_.path_of(file).string(), file.size);
    }
    if (losses.truncated_bytes > 0) {
        metrics_.truncations.Increment();
        say_lost("the log was truncated before it was read", options_.path.string(), losses.truncated_bytes);
    }
    if (losses.gap) {
        metrics_.gaps.Increment();
        say_lost("the log was rotated and removed while nobody looked; what was unread of it is lost",
                 options_.path.string(), 0);
    }
}

void LogReader::say_lost(std::string_view what, const std::string& path, std::uint64_t bytes) const {
    log_error(what, {{"source", options_.source},
                     {"path", path},
                     {"offset", std::to_string(position_.past.offset)},
                     {"bytes", std::to_string(bytes)}});
}

Result<Look> LogReader::move_on(const LogFile& next) {
    auto opened = directory_.open(next);
    if (!opened && (opened.error().code == ErrorCode::kNotFound || opened.error().code == ErrorCode::kUnavailable))
        return Look{Look::Kind::kWait};  // renamed or compressed just now; the next listing says how
    if (!opened) return std::move(opened).error();
    if (file_) metrics_.rotations.Increment();
    if (const auto* gzip = dynamic_cast<const GzipFile*>(file_.get()); gzip && gzip->damaged()) {
        metrics_.damaged_files.Increment();
        log_error("a compressed file is damaged; what follows in it is lost",
                  {{"source", options_.source}, {"path", own_path()}, {"offset", std::to_string(scanned_)}});
    }
    position_.older = std::max(position_.older, position_.rotated);
    follow(*std::move(opened), next, {});
    losses_.take(next);
    return Look{Look::Kind::kAgain};
}

Result<Look> LogReader::look_at_file(const std::optional<LogFile>& next) {
    TRY(const auto found, scan());
    const auto known_until = found.line_found ? found.lines.end() : found.lines.scanned();
    Past known = known_;
    if (!compressed_ && known_until != known.offset) {
        TRY(known, past_at(*file_, known_until, known_));
    }
    TRY(const bool same, intact());
    if (!same) {
        TRY_VOID(go_back());
        return Look{Look::Kind::kAgain};
    }
    known_ = known;
    adopt(found.lines);
    metrics_.lag_bytes.Set(static_cast<double>(size_seen_ - std::min(begin_, size_seen_) + losses_.unread_bytes()));
    if (found.line_found) return whole_lines(found.lines.end(), next.has_value());
    if (!found.file_ended) return Look{Look::Kind::kAgain};
    if (!next) return Look{Look::Kind::kWait};
    return end_of_file(*next);
}

// As many lines as fit into a chunk, or the first alone if it is larger; that ends at `end`.
Look LogReader::whole_lines(std::uint64_t end, bool next_waits) const {
    const auto line = end - begin_;
    const auto there = compressed_ ? options_.chunk_bytes : std::max(size_seen_ - begin_, line);
    const auto bytes = std::max(line, std::min<std::uint64_t>(there, options_.chunk_bytes));
    Look look{Look::Kind::kRead};
    look.bytes = static_cast<std::size_t>(bytes);
    look.behind = next_waits || there > bytes;
    return look;
}

Result<Look> LogReader::end_of_file(const LogFile& next) {
    LineScanner lines{begin_, scanned_, options_.line_bytes_max};
    lines.finish();
    adopt(lines);
    if (begin_ == scanned_) return move_on(next);
    Look look{Look::Kind::kRead};
    look.bytes = static_cast<std::size_t>(scanned_ - begin_);
    look.unterminated = look.behind = true;
    return look;
}

Result<LogReader::Scan> LogReader::scan() {
    Scan found{LineScanner{begin_, scanned_, options_.line_bytes_max}};
    for (int blocks = 0; blocks < kBlocksPerLook && !found.line_found && !found.file_ended; ++blocks) {
        TRY(const auto n, file_->read_at(found.lines.scanned(), scratch_));
        found.line_found = found.lines.feed({scratch_.data(), n});
        found.file_ended = !found.line_found && n < scratch_.size();
    }
    return found;
}

// Whether what was read of the file is still its past. A compressed file does not change.
Result<bool> LogReader::intact() {
    if (compressed_) return true;
    TRY(const auto stat, file_->stat());
    if (stat.size < size_seen_) return false;
    size_seen_ = stat.size;
    TRY(const auto match, compare(*file_, known_));
    return match == Match::kSame;
}

// After a truncation: to the position, if what lies before it is still there, else to the beginning.
Result<void> LogReader::go_back() {
    TRY(const auto match, compare(*file_, position_.past));
    metrics_.truncations.Increment();
    say_lost("the log was truncated or replaced in place; what was unread of it is lost", own_path(), size_seen_);
    if (match != Match::kSame) position_.past = {};
    known_ = position_.past;
    begin_ = scanned_ = known_.offset;
    passed_over_ = 0;
    size_seen_ = 0;
    return {};
}

void LogReader::adopt(const LineScanner& lines) {
    begin_ = lines.begin();
    scanned_ = lines.scanned();
    metrics_.hole_bytes.Increment(static_cast<double>(lines.hole_bytes()));
    if (lines.oversize_lines() == 0) return;
    passed_over_ += lines.oversize_lines();
    metrics_.oversize_lines.Increment(static_cast<double>(lines.oversize_lines()));
    log_warn("lines longer than line_bytes_max were passed over",
             {{"source", options_.source},
              {"path", own_path()},
              {"lines", std::to_string(lines.oversize_lines())},
              {"last_offset", std::to_string(lines.last_oversize().position)},
              {"last_bytes", std::to_string(lines.last_oversize().bytes)}});
}

Result<std::optional<Chunk>> LogReader::read(const Look& look, Body& body) {
    Chunk chunk;
    chunk.after = position_;
    chunk.passed_over = passed_over_;
    if (look.bytes == 0) return std::optional{chunk};
    TRY(const auto n, file_->read_at(begin_, {body.free_begin(), look.bytes}));
    const std::string_view text{body.free_begin(), n};
    const auto taken = look.unterminated ? n : text.rfind('\n') + 1;
    TRY(chunk.after.past, past_at(*file_, begin_ + taken, position_.past));
    TRY(const bool same, intact());
    if (!same) TRY_VOID(go_back());
    if (!same || taken == 0) return std::optional<Chunk>{};
    body.filled(taken);
    chunk.bytes = taken;
    chunk.lines = static_cast<std::uint64_t>(std::count(text.begin(), text.begin() + static_cast<long>(taken), '\n'));
    chunk.lines += look.unterminated ? 1 : 0;
    chunk.unterminated = look.unterminated;
    return std::optional{chunk};
}

void LogReader::advance(const Chunk& chunk) {
    mark_due_ = false;
    passed_over_ -= chunk.passed_over;
    position_ = chunk.after;
    known_ = position_.past;
    begin_ = scanned_ = known_.offset;
}

}  // namespace auditfwd
