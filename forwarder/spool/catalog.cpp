#include "forwarder/spool/catalog.h"

#include <algorithm>

#include "forwarder/base/assert.h"
#include "forwarder/base/crypto.h"

namespace auditfwd::spool {

std::vector<Segment> segments_of(const Recovered& found) {
    std::vector<Segment> segments;
    for (std::size_t i = 0; i < found.segments.size(); ++i) {
        const bool newest = i + 1 == found.segments.size();
        Segment segment;
        segment.name = found.segments[i];
        segment.last = newest ? found.predecessor.last : Offset{number(found.segments[i + 1].first) - 1};
        if (segment.name.number == found.predecessor.number) segment.end = found.predecessor.end;
        segments.push_back(segment);
    }
    return segments;
}

void Catalog::add_segment(const Segment& segment) {
    const std::lock_guard lock{mutex_};
    if (!segments_.empty()) {
        CHECK(segments_.back().name.number < segment.name.number);
        segments_.back().successor = segment.name;
    }
    segments_.push_back(segment);
}

void Catalog::publish(std::uint64_t end, Offset last, const std::vector<Checkpoint>& checkpoints) {
    const std::lock_guard lock{mutex_};
    CHECK(!segments_.empty() && last >= last_);
    auto& newest = segments_.back();
    newest.end = end;
    newest.bytes = std::max(newest.bytes, end);
    newest.last = last;
    last_ = last;
    for (const auto& checkpoint : checkpoints) checkpoints_.insert_or_assign(checkpoint.source, checkpoint.position);
    for (const auto& reader : readers_) reader.wake();
}

void Catalog::remove_oldest() {
    const std::lock_guard lock{mutex_};
    CHECK(segments_.size() > 1);
    segments_.pop_front();
}

void Catalog::set_last(Offset last) {
    const std::lock_guard lock{mutex_};
    last_ = last;
}

void Catalog::set_used_bytes(std::uint64_t bytes) {
    const std::lock_guard lock{mutex_};
    used_bytes_ = bytes;
}

void Catalog::set_failed(bool failed) {
    const std::lock_guard lock{mutex_};
    failed_ = failed;
}

void Catalog::set_checkpoints(CheckpointMap checkpoints) {
    const std::lock_guard lock{mutex_};
    checkpoints_ = std::move(checkpoints);
}

std::optional<Catalog::Oldest> Catalog::oldest() const {
    const std::lock_guard lock{mutex_};
    if (segments_.empty()) return std::nullopt;
    return Oldest{segments_.front(), segments_.size() == 1};
}

std::optional<SegmentName> Catalog::newest() const {
    const std::lock_guard lock{mutex_};
    if (segments_.empty()) return std::nullopt;
    return segments_.back().name;
}

std::vector<Need> Catalog::needs() const {
    const std::lock_guard lock{mutex_};
    std::vector<Need> needs;
    needs.reserve(readers_.size());
    for (const auto& reader : readers_) needs.push_back(reader.need);
    return needs;
}

Offset Catalog::first_kept() const { return segments_.empty() ? last_ + 1 : segments_.front().name.first; }

Catalog::Place Catalog::find(Offset offset) const {
    const std::lock_guard lock{mutex_};
    Place place;
    if (offset > last_) return place;
    if (offset < first_kept()) {
        place.kind = Place::Kind::kExpired;
        place.first_kept = first_kept();
        return place;
    }
    const auto after = std::upper_bound(segments_.begin(), segments_.end(), offset,
                                        [](Offset o, const Segment& segment) { return o < segment.name.first; });
    place.kind = Place::Kind::kSegment;
    place.segment = *std::prev(after);
    return place;
}

std::vector<Segment> Catalog::list() const {
    const std::lock_guard lock{mutex_};
    return {segments_.begin(), segments_.end()};
}

Spool::State Catalog::state() const {
    const std::lock_guard lock{mutex_};
    return {.id = to_hex(id_), .first = first_kept(), .last = last_, .bytes = used_bytes_, .failed = failed_};
}

std::optional<std::string> Catalog::checkpoint(std::string_view source) const {
    const std::lock_guard lock{mutex_};
    const auto found = checkpoints_.find(source);
    if (found == checkpoints_.end()) return std::nullopt;
    return found->second;
}

CheckpointMap Catalog::checkpoints() const {
    const std::lock_guard lock{mutex_};
    return checkpoints_;
}

Offset Catalog::last() const {
    const std::lock_guard lock{mutex_};
    return last_;
}

std::size_t Catalog::segments() const {
    const std::lock_guard lock{mutex_};
    return segments_.size();
}

Catalog::Registration::Registration(Catalog& catalog, Need need, std::function<void()> wake) : catalog_{catalog} {
    const std::lock_guard lock{catalog_.mutex_};
    place_ = catalog_.readers_.insert(catalog_.readers_.end(), Entry{need, std::move(wake)});
}

Catalog::Registration::~Registration() {
    const std::lock_guard lock{catalog_.mutex_};
    catalog_.readers_.erase(place_);
}

void Catalog::Registration::release(Offset from) {
    const std::lock_guard lock{catalog_.mutex_};
    place_->need.from = std::max(place_->need.from, from);
}

}  // namespace auditfwd::spool
