#include "forwarder/source/file/loss_watch.h"

#include <algorithm>

namespace auditfwd {

LossWatch::Losses LossWatch::look(const Listing& listing, const std::vector<LogFile>& unread,
                                  const Position& position) {
    Losses losses;
    losses.gap = is_gap(listing);
    losses.truncated_bytes = truncated(listing, position);
    for (auto& before : unread_) {
        const auto is_it = [&](const LogFile& file) { return file.time == before.time; };
        const bool there = std::any_of(unread.begin(), unread.end(), is_it);
        if (!there && !before.time.empty()) losses.removed.push_back(std::move(before));
    }
    unread_ = unread;
    live_ = listing.live;
    newest_rotated_ = listing.newest_rotated();
    return losses;
}

void LossWatch::look_at_live(const LogFile& live) {
    live_ = live;
    unread_.clear();
}

void LossWatch::take(const LogFile& file) {
    std::erase_if(unread_, [&](const LogFile& other) { return other.time == file.time; });
}

std::uint64_t LossWatch::unread_bytes() const {
    std::uint64_t bytes = 0;
    for (const auto& file : unread_) bytes += file.size;
    return bytes;
}

bool LossWatch::is_gap(const Listing& listing) const {
    if (!live_ || (listing.live && listing.live->id == live_->id)) return false;
    const auto was_live = [&](const LogFile& file) { return !file.compressed && file.id == live_->id; };
    if (std::any_of(listing.rotated.begin(), listing.rotated.end(), was_live)) return false;
    const auto is_new = [&](const LogFile& file) { return file.time > newest_rotated_; };
    const auto first_new = std::find_if(listing.rotated.begin(), listing.rotated.end(), is_new);
    return first_new == listing.rotated.end() || !first_new->compressed;
}

// Our own file is watched through its descriptor. And where a file was rotated meanwhile, the live one may be new, with
// the inode of one that has been compressed since.
std::uint64_t LossWatch::truncated(const Listing& listing, const Position& position) const {
    const bool same_file = live_ && listing.live && listing.live->id == live_->id && live_->id != position.id &&
                           listing.newest_rotated() == newest_rotated_;
    return same_file && listing.live->size < live_->size ? live_->size : 0;
}

}  // namespace auditfwd
