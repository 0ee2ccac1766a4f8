// The positions of a text's tokens, found a window at a time ahead of whoever walks them: memory does not depend on the
// text, be it one string of 20 MB.
//
//   tokens.reset(text, begin, end);
//   while (tokens.ready()) { … tokens.at(0), tokens.at(1) …; tokens.take(2); }
//
// Owner and thread: whoever made it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "codecs/json_scan.h"
#include "forwarder/base/assert.h"

namespace auditfwd {

class JsonTokens {
public:
    // Positions that may be looked at after ready().
    static constexpr std::size_t kAhead = 8;

    explicit JsonTokens(std::size_t window, const ScanKernel& kernel = scan_kernel());

    // Positions count from `text`; only [begin, end) is looked at, but text[end] must be readable.
    void reset(const char* text, std::uint32_t begin, std::uint32_t end);

    // Where a walk stands, held by value so that a loop keeps it in registers. Given back with put() before anything
    // else looks at the tokens.
    struct Hand {
        const std::uint32_t* next;
        const std::uint32_t* safe;  // up to here kAhead positions may be looked at
    };
    Hand hand() const { return {next_, last_ - kAhead}; }
    void put(Hand hand) { next_ = hand.next; }

    // False: no token is left, and next[0] is `end`. True: next[0] is one, and next[1] to next[kAhead - 1] are tokens
    // or `end`.
    bool ready(Hand& hand) {
        if (hand.next <= hand.safe) [[likely]]
            return true;
        put(hand);
        const bool more = refill();
        hand = this->hand();
        return more;
    }
    // The same for walks that are in no hurry.
    bool ready() { return next_ + kAhead <= last_ || refill(); }
    std::uint32_t at(std::size_t i) const { return next_[i]; }
    void take(std::size_t count) { next_ += count; }

    // From the bracket at(0) to behind the one that closes it, not looking at what is between.
    Skipped skip(std::size_t depth_max);
    // The same without going there.
    Skipped measure(std::size_t depth_max) const { return kernel_.skip(text_ + next_[0], end_ - next_[0], depth_max); }

    const char* text() const { return text_; }
    std::uint32_t end() const { return end_; }

    // No byte above 0x7f, and no fault inside strings or between tokens, stands at or behind these positions, of what
    // the tokens taken so far cover. Both err on the side of caution.
    std::uint32_t high_until() const { return high_until_; }
    std::uint32_t fault_until() const { return fault_until_; }

private:
    static constexpr std::uint32_t kChunkMin = 2048;

    bool refill();
    std::uint32_t* front() { return index_.get() + kAhead; }  // so that `safe` never points before it
    void restart(std::uint32_t at);

    const ScanKernel& kernel_;
    const std::uint32_t window_;
    std::unique_ptr<std::uint32_t[]> index_;  // from the first reset on
    const std::uint32_t* next_ = nullptr;
    std::uint32_t* last_ = nullptr;        // behind the last position found, and behind the stops
    const std::uint32_t* real_ = nullptr;  // behind the last position found
    const char* text_ = nullptr;
    std::uint32_t end_ = 0;
    std::uint32_t indexed_ = 0;  // how far the text is indexed
    std::uint32_t chunk_;        // to index next: little after a skip, since another may follow and make it vain
    std::uint32_t high_until_ = 0;
    std::uint32_t fault_until_ = 0;
    ScanState state_;
};

}  // namespace auditfwd
