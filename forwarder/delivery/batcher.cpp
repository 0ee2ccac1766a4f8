#include "forwarder/delivery/batcher.h"

#include <algorithm>
#include <utility>

#include "forwarder/base/assert.h"

namespace auditfwd {

std::string_view LoweredTexts::add(std::string_view text) {
    constexpr std::size_t kChunkBytes = 256_KiB;
    if (chunks_.empty() || chunks_.back().capacity() - chunks_.back().size() < text.size() + 1)
        chunks_.emplace_back().reserve(std::max(kChunkBytes, text.size() + 1));
    auto& chunk = chunks_.back();
    const auto begin = chunk.size();
    (chunk += text) += '\n';
    return std::string_view{chunk}.substr(begin, text.size());
}

bool BatchRoom::take(const RecordView& record) {
    const auto bytes = bytes_of(record);
    const auto ms = record.facts.stage_time_ms;
    const auto oldest = ms == 0 || (oldest_ms_ != 0 && oldest_ms_ < ms) ? oldest_ms_ : ms;
    const auto newest = std::max(newest_ms_, ms);
    if (records_ > 0) {
        if (full() || bytes_ >= limits_.batch_bytes_max || bytes > limits_.batch_bytes_max - bytes_) return false;
        if (newest - oldest > limits_.batch_span_max.count()) return false;
    }
    ++records_;
    bytes_ += bytes;
    oldest_ms_ = oldest;
    newest_ms_ = newest;
    return true;
}

void Batcher::restart(Offset from) {
    batch_ = {};
    room_ = BatchRoom{limits_};
    held_bytes_ = 0;
    full_ = false;
    next_ = unowned_from_ = from;
}

void Batcher::add(const std::shared_ptr<const StoredBlock>& block) {
    CHECK(!full_ && block->offsets.first <= next_ && next_ <= block->offsets.last);
    CHECK(block->facts.size() == block->offsets.size());
    for (auto i = number(next_) - number(block->offsets.first); i < block->facts.size() && !full_; ++i) {
        auto record = block->record(i);
        const auto stored = record.json;
        if (selector_.wants(record.facts) && selector_.selects(record) && lower(record)) {
            if (!add_record(record)) return;
            if (record.json.data() == stored.data()) {
                hold(block);
            } else {
                batch_.records.back().json = batch_.lowered.add(record.json);
                held_bytes_ += record.json.size();
            }
        }
        next_ = next_ + 1;
    }
    if (held_bytes_ >= kHeldBytesMax) full_ = true;
}

void Batcher::hold(const std::shared_ptr<const StoredBlock>& block) {
    if (!batch_.blocks.empty() && batch_.blocks.back() == block) return;
    batch_.blocks.push_back(block);
    held_bytes_ += block->text.size();
}

bool Batcher::add_record(const RecordView& record) {
    const bool too_large = room_.too_large(record);
    if ((too_large && !empty()) || !room_.take(record)) {
        full_ = true;
        return false;
    }
    batch_.records.push_back(record);
    batch_.owned_from.push_back(unowned_from_);
    batch_.too_large = too_large;
    unowned_from_ = record.offset + 1;
    full_ = too_large || room_.full();
    return true;
}

void Batcher::pass_over(OffsetRange unwanted) {
    CHECK(!full_ && unwanted.first == next_);
    next_ = unwanted.last + 1;
}

LoadedBatch Batcher::take() {
    full_ = false;
    held_bytes_ = 0;
    room_ = BatchRoom{limits_};
    return std::exchange(batch_, {});
}

std::optional<OffsetRange> Batcher::take_filtered() {
    CHECK(empty());
    if (unowned_from_ == next_) return {};
    const OffsetRange filtered{unowned_from_, Offset{number(next_) - 1}};
    unowned_from_ = next_;
    return filtered;
}

void Batcher::skip_to(Offset next) {
    CHECK(empty() && unowned_from_ == next_ && next > next_);
    next_ = unowned_from_ = next;
}

}  // namespace auditfwd
