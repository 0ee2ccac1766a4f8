// What became of a body's items: a value, added up by the ledger.
//
//   received = stored + sum(dropped) + sum(rejected)
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <string_view>

#include "codecs/event_reader.h"

namespace auditfwd {

// Why the policy dropped an event.
enum class Drop : std::uint8_t { kLevelNone, kOmitStage, kNoRule };
inline constexpr std::size_t kDrops = 3;
std::string_view to_string(Drop reason);  // "level_none"

// What was wrong with events that were kept all the same.
enum class Flaw : std::uint8_t { kRepaired, kUnknownLevel, kUnreadable, kTooDeep };
inline constexpr std::size_t kFlaws = 4;
std::string_view to_string(Flaw flaw);  // "repaired"

struct Tally {
    std::uint64_t received = 0;
    std::uint64_t stored = 0;
    std::array<std::uint64_t, kDrops> dropped{};
    std::array<std::uint64_t, kRejections> rejected{};
    std::array<std::uint64_t, kFlaws> flaws{};
    std::string first_rejection;  // "item 7: missing auditID"

    std::uint64_t dropped_total() const { return std::accumulate(dropped.begin(), dropped.end(), std::uint64_t{0}); }
    std::uint64_t rejected_total() const { return std::accumulate(rejected.begin(), rejected.end(), std::uint64_t{0}); }
    Tally& operator+=(const Tally& other);  // but for first_rejection
};

}  // namespace auditfwd
