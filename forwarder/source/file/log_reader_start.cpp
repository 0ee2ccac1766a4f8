// Where a LogReader begins: at a remembered position, or at one of the ends of the log.
#include <algorithm>

#include "forwarder/base/log.h"
#include "forwarder/source/file/log_reader.h"

namespace auditfwd {

namespace {

// Behind the last newline.
Result<std::uint64_t> last_line_begin(File& file, std::uint64_t size, std::string& scratch) {
    for (auto end = size; end > 0;) {
        const auto begin = end - std::min<std::uint64_t>(end, scratch.size());
        TRY(const auto n, file.read_at(begin, {scratch.data(), static_cast<std::size_t>(end - begin)}));
        const auto newline = std::string_view{scratch.data(), n}.rfind('\n');
        if (newline != std::string_view::npos) return begin + newline + 1;
        end = begin;
    }
    return std::uint64_t{0};
}

}  // namespace

Result<Look> LogReader::start() {
    TRY(const auto listing, directory_.list());
    if (!remembered_) {
        TRY_VOID(start_new(listing));
    } else {
        if (listing.empty()) return wait_for_log();  // a volume that is not mounted yet is no lost position
        TRY_VOID(resume(listing));
    }
    started_ = true;
    losses_.look(listing, {}, position_);
    return Look{Look::Kind::kAgain};
}

Result<void> LogReader::start_new(const Listing& listing) {
    if (!options_.start_at_end) return {};  // everything that is there is wanted: the oldest rotated file comes first
    if (listing.live) {
        TRY(auto file, directory_.open(*listing.live));
        TRY(const auto stat, file->stat());
        TRY(const auto end, last_line_begin(*file, stat.size, scratch_));
        TRY(const auto past, past_at(*file, end, {}));
        follow(std::move(file), *listing.live, past);
    }
    position_.older = listing.newest_rotated();
    mark_due_ = true;
    return {};
}

Result<void> LogReader::resume(const Listing& listing) {
    const auto& remembered = *remembered_;
    if (remembered.id == FileId{}) {
        position_ = remembered;
        return {};
    }
    const auto probe = [&](const LogFile& file) -> Result<Match> {
        TRY(const auto content, directory_.open(file));
        return compare(*content, remembered.past);
    };
    TRY(const auto place, locate(listing, remembered, probe));
    if (place.kind == Place::Kind::kLost) {
        metrics_.lost_positions.Increment();
        log_error("the file that was being read is gone; what was unread in it is lost",
                  {{"source", options_.source},
                   {"path", options_.path.string()},
                   {"offset", std::to_string(remembered.past.offset)}});
        position_ = {};
        position_.older = std::max(remembered.older, remembered.rotated);
        return {};
    }
    TRY(auto file, directory_.open(place.file));
    position_.older = remembered.older;
    follow(std::move(file), place.file, remembered.past);
    return place.kind == Place::Kind::kRewritten ? go_back() : Result<void>{};
}

}  // namespace auditfwd
