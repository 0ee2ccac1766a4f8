// Audit events to send: Metadata level, about 1.2 KB, kept by every built-in policy, each with an auditID of its own.
//
// A body is rendered once and stamped again and again: only the digits of its auditIDs change. Pure; a seed decides all
// the rest. Owner: the connection that sends it. Thread: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace auditfwd::load {

// The auditID of event `n` of the run `seed`: "00000007-0000-4000-8000-00000000002a".
std::string audit_id(std::uint32_t seed, std::uint64_t n);

class EventListBody {
public:
    // `events` items of about `event_bytes` each (never below what an event needs, some 900).
    EventListBody(std::uint32_t seed, std::size_t events, std::size_t event_bytes, std::mt19937& random);

    // Gives its events the numbers first, first + 1, …
    void stamp(std::uint64_t first);

    std::string_view text() const { return text_; }
    std::size_t events() const { return numbers_at_.size(); }

private:
    std::string text_;
    std::vector<std::size_t> numbers_at_;  // where the 12 digits of each auditID stand
};

}  // namespace auditfwd::load
