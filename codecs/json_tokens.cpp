#include "codecs/json_tokens.h"

namespace auditfwd {

JsonTokens::JsonTokens(std::size_t window, const ScanKernel& kernel)
    : kernel_{kernel}, window_{static_cast<std::uint32_t>(window)}, chunk_{std::min(window_, kChunkMin)} {
    CHECK(window >= 64 && window % 64 == 0);
}

void JsonTokens::reset(const char* text, std::uint32_t begin, std::uint32_t end) {
    if (!index_) index_ = std::make_unique_for_overwrite<std::uint32_t[]>(window_ + kIndexSlack + 3 * kAhead);
    text_ = text;
    end_ = end;
    chunk_ = std::min(window_, kChunkMin);
    high_until_ = fault_until_ = 0;
    restart(begin);
}

void JsonTokens::restart(std::uint32_t at) {
    next_ = real_ = last_ = front();
    indexed_ = at;
    state_ = {};
}

bool JsonTokens::refill() {
    // What is not taken moves to the front; at most kAhead - 1 positions, or none.
    if (last_ != real_) return next_ < real_;  // the stops are there: nothing more comes
    last_ = std::copy(next_, static_cast<const std::uint32_t*>(last_), front());
    next_ = front();
    while (last_ < next_ + kAhead && indexed_ < end_) {
        const auto bytes = std::min(chunk_, end_ - indexed_);
        const auto found = kernel_.index(text_ + indexed_, bytes, indexed_, state_, last_);
        indexed_ += bytes;
        last_ += found.tokens;
        if (found.high) high_until_ = indexed_;
        if (found.fault) fault_until_ = indexed_;
        chunk_ = std::min(chunk_ * 2, window_);
    }
    real_ = last_;
    if (indexed_ == end_) {
        if (state_.in_string != 0) fault_until_ = end_;
        last_ = std::fill_n(last_, kAhead - 1, end_);
    }
    return next_ < real_;
}

Skipped JsonTokens::skip(std::size_t depth_max) {
    const auto from = next_[0];
    const auto result = kernel_.skip(text_ + from, end_ - from, depth_max);
    if (result.end == 0) return result;
    const auto behind = static_cast<std::uint32_t>(from + result.end);
    if (result.high) high_until_ = std::max(high_until_, behind);
    if (behind <= indexed_) {
        next_ = std::lower_bound(next_, static_cast<const std::uint32_t*>(last_), behind);
    } else {
        chunk_ = std::min(window_, std::max(chunk_ / 2 & ~63u, kChunkMin));
        restart(behind);
    }
    return result;
}

}  // namespace auditfwd
