#include "forwarder/base/bounded_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include "forwarder/base/units.h"

namespace auditfwd {

namespace {

constexpr std::string_view kEnding = ".ndjson";
constexpr std::size_t kDigits = 20;

std::optional<std::uint64_t> parse_name(std::string_view name) {
    if (name.size() != kDigits + kEnding.size() || !name.ends_with(kEnding)) return {};
    std::uint64_t first = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + kDigits, first);
    if (error != std::errc{} || end != name.data() + kDigits) return {};
    return first;
}

Result<std::uint64_t> count_lines(File& file) {
    std::string buffer(64_KiB, '\0');
    std::uint64_t lines = 0;
    for (std::uint64_t position = 0;;) {
        TRY(const auto n, file.read_at(position, buffer));
        lines += static_cast<std::uint64_t>(
            std::count(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(n), '\n'));
        position += n;
        if (n < buffer.size()) return lines;
    }
}

}  // namespace

Result<std::vector<BoundedLog::Piece>> list_pieces(FileSystem& files, const std::filesystem::path& directory) {
    auto names = files.list(directory);
    if (!names && names.error().code == ErrorCode::kNotFound) return std::vector<BoundedLog::Piece>{};
    if (!names) return std::move(names).error();
    std::vector<BoundedLog::Piece> pieces;
    for (const auto& name : *names) {
        const auto first = parse_name(name);
        if (!first) continue;
        const auto path = directory / name;
        TRY(const auto found, files.stat(path));
        pieces.push_back({path, *first, found.size});
    }
    return pieces;  // names are sorted, and so are the numbers in them
}

BoundedLog::BoundedLog(FileSystem& files, std::filesystem::path directory, std::uint64_t bytes_max)
    : files_{files},
      directory_{std::move(directory)},
      bytes_max_{bytes_max},
      piece_bytes_{std::max<std::uint64_t>(bytes_max / 64, 4_KiB)} {}

Result<void> BoundedLog::open() {
    if (opened_) return {};
    TRY_VOID(make_durable_directory(files_, directory_));
    TRY_VOID(read_directory());
    opened_ = true;
    return {};
}

Result<void> BoundedLog::read_directory() {
    TRY(const auto pieces, list_pieces(files_, directory_));
    pieces_.assign(pieces.begin(), pieces.end());
    bytes_ = 0;
    for (const auto& piece : pieces_) bytes_ += piece.bytes;
    if (pieces_.empty()) return {};
    TRY(auto last, files_.open(pieces_.back().path, OpenMode::kRead));
    TRY(const auto lines, count_lines(*last));
    next_line_ = pieces_.back().first_line + lines;
    return {};
}

Result<void> BoundedLog::append(std::span<const std::string_view> parts) {
    std::uint64_t bytes = 1;
    for (const auto part : parts) bytes += part.size();
    if (bytes > bytes_max_) {
        return Error{ErrorCode::kTooLarge, fmt::format("{}: a line of {} bytes, {} is the most that is kept",
                                                       directory_.string(), bytes, bytes_max_)};
    }
    TRY_VOID(open());
    TRY_VOID(make_room(bytes));
    if (!file_ || (pieces_.back().bytes > 0 && pieces_.back().bytes + bytes > piece_bytes_)) TRY_VOID(begin_piece());
    std::vector<std::string_view> line{parts.begin(), parts.end()};
    line.push_back("\n");
    auto& piece = pieces_.back();
    if (auto written = file_->write_at(piece.bytes, line); !written) {
        [[maybe_unused]] const auto flushed = flush();  // sync() tells
        file_.reset();
        opened_ = false;  // what is in the file is not known
        return std::move(written).error();
    }
    unsynced_ = true;
    piece.bytes += bytes;
    bytes_ += bytes;
    ++next_line_;
    return {};
}

Result<void> BoundedLog::begin_piece() {
    TRY_VOID(flush());
    file_.reset();
    Piece piece{directory_ / fmt::format("{:020}{}", next_line_, kEnding), next_line_, 0};
    TRY(auto file, files_.open(piece.path, OpenMode::kCreate));
    TRY_VOID(file->truncate(0));
    TRY_VOID(files_.sync_directory(directory_));
    file_ = std::move(file);
    if (!pieces_.empty() && pieces_.back().first_line == next_line_) pieces_.pop_back();  // it was empty
    pieces_.push_back(std::move(piece));
    return {};
}

Result<void> BoundedLog::make_room(std::uint64_t bytes) {
    while (!pieces_.empty() && bytes_ + bytes > bytes_max_) {
        const auto oldest = pieces_.front();
        const auto next = pieces_.size() > 1 ? pieces_[1].first_line : next_line_;
        TRY_VOID(remove(oldest));
        expired_ += next - oldest.first_line;
    }
    return {};
}

Result<void> BoundedLog::sync() {
    auto flushed = flush();
    if (flushed && lost_) flushed = Error{ErrorCode::kBroken, directory_.string() + ": an earlier sync failed"};
    lost_ = false;
    return flushed;
}

Result<void> BoundedLog::flush() {
    if (!std::exchange(unsynced_, false)) return {};
    auto synced = file_->sync();
    if (!synced) {
        lost_ = true;
        file_.reset();
        opened_ = false;
    }
    return synced;
}

Result<std::vector<BoundedLog::Piece>> BoundedLog::close_pieces() {
    TRY_VOID(open());
    TRY_VOID(flush());
    file_.reset();
    auto closed = std::vector<Piece>{pieces_.begin(), pieces_.end()};
    // One without a whole line: the next piece takes its name.
    if (!closed.empty() && closed.back().first_line == next_line_) closed.pop_back();
    return closed;
}

Result<void> BoundedLog::remove(const Piece& piece) {
    const auto found = std::find_if(pieces_.begin(), pieces_.end(),
                                    [&](const Piece& mine) { return mine.first_line == piece.first_line; });
    if (found == pieces_.end()) return {};
    if (found + 1 == pieces_.end()) {
        file_.reset();
        unsynced_ = false;
    }
    auto removed = files_.remove(found->path);
    if (!removed && removed.error().code != ErrorCode::kNotFound) return removed;
    bytes_ -= found->bytes;
    pieces_.erase(found);
    return files_.sync_directory(directory_);
}

}  // namespace auditfwd
