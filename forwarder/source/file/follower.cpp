#include "forwarder/source/file/follower.h"

#include <algorithm>
#include <tuple>

namespace auditfwd {

namespace {

// Up to this time of rotation everything is done with, the position's own file included.
const std::string& done_until(const Position& position) { return std::max(position.older, position.rotated); }

// Files that may be the remembered one, likeliest first: the same inode (of any name: a clock that was set back makes
// names out of order), then plain files, then gzip files, each oldest first, because what is remembered is older than
// what is unread.
std::vector<LogFile> candidates(const Listing& listing, const Position& position) {
    std::vector<LogFile> all = listing.rotated;
    if (listing.live) all.push_back(*listing.live);
    const auto same_inode = [&](const LogFile& file) { return !file.compressed && file.id == position.id; };
    const auto unlikely = [&](const LogFile& file) {
        if (same_inode(file)) return false;
        if (position.past.offset == 0) return true;  // no content is known, so only the inode can tell
        return !file.time.empty() && file.time <= position.older && file.time != position.rotated;
    };
    all.erase(std::remove_if(all.begin(), all.end(), unlikely), all.end());
    std::stable_sort(all.begin(), all.end(), [&](const LogFile& a, const LogFile& b) {
        return std::tuple{!same_inode(a), a.compressed} < std::tuple{!same_inode(b), b.compressed};
    });
    return all;
}

}  // namespace

Listing arrange(std::vector<LogFile> found) {
    std::sort(found.begin(), found.end(), [](const LogFile& a, const LogFile& b) {
        return std::tie(a.time, a.compressed) < std::tie(b.time, b.compressed);
    });
    Listing listing;
    for (auto& file : found) {
        if (file.time.empty())
            listing.live = std::move(file);
        else if (listing.rotated.empty() || listing.rotated.back().time != file.time)
            listing.rotated.push_back(std::move(file));
    }
    return listing;
}

std::vector<LogFile> successors(const Listing& listing, const Position& position) {
    std::vector<LogFile> after;
    for (const auto& file : listing.rotated) {
        if (file.time > done_until(position) && file.id != position.id) after.push_back(file);
    }
    const bool follows_one = position.id != FileId{};
    if (listing.live && listing.live->id != position.id && (listing.live->size > 0 || !follows_one))
        after.push_back(*listing.live);
    return after;
}

Result<Place> locate(const Listing& listing, const Position& position,
                     const std::function<Result<Match>(const LogFile&)>& probe) {
    Place rewritten;
    for (const auto& file : candidates(listing, position)) {
        TRY(const auto match, probe(file));
        if (match == Match::kSame) return Place{Place::Kind::kFound, file};
        if (match == Match::kSameStart && rewritten.kind == Place::Kind::kLost)
            rewritten = {Place::Kind::kRewritten, file};
    }
    // The same inode with other content is a truncated file, unless rotated files are unread: then the remembered one
    // was among them once, its inode was given away, and they come first.
    const auto after = successors(listing, position);
    const bool rotated_unread = !after.empty() && !after.front().time.empty();
    if (rewritten.kind == Place::Kind::kLost && listing.live && listing.live->id == position.id && !rotated_unread)
        rewritten = {Place::Kind::kRewritten, *listing.live};
    return rewritten;
}

}  // namespace auditfwd
