#include "forwarder/policy/mask_table.h"

#include <bit>
#include <cstring>

#include "forwarder/base/assert.h"

namespace auditfwd {

namespace {

template <class T>
std::uint64_t load(const char* from) {
    T value = 0;
    std::memcpy(&value, from, sizeof value);
    return value;
}

std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
    hash = (hash ^ value) * 0x9E3779B97F4A7C15ULL;
    return hash ^ hash >> 32;
}

// Fast for the short strings of requests: whole loads, the last of which may overlap the one before. Keys come from the
// policy alone, so nobody outside can make them collide.
std::uint64_t hash_of(std::string_view text, std::uint64_t hash) {
    const char* at = text.data();
    const char* const end = at + text.size();
    hash ^= text.size();
    if (text.size() > 8) {
        for (; end - at > 8; at += 8) hash = mix(hash, load<std::uint64_t>(at));
        return mix(hash, load<std::uint64_t>(end - 8));
    }
    if (text.size() >= 4) return mix(hash, load<std::uint32_t>(at) << 32 | load<std::uint32_t>(end - 4));
    if (text.empty()) return mix(hash, 0);
    return mix(hash, load<std::uint8_t>(at) << 16 | load<std::uint8_t>(at + text.size() / 2) << 8 |
                         load<std::uint8_t>(end - 1));
}

std::uint64_t hash_of(std::string_view first, std::string_view second) {
    const auto hash = hash_of(first, 0x243F6A8885A308D3ULL);
    return second.empty() ? hash : hash_of(second, hash);
}

}  // namespace

bool MaskTable::holds(const Slot& slot, std::string_view first, std::string_view second) const {
    if (slot.first_bytes != first.size() || slot.second_bytes != second.size()) return false;
    const std::string_view key{keys_.data() + slot.key, first.size() + second.size()};
    return key.starts_with(first) && key.ends_with(second);
}

MaskRow MaskTable::find(std::string_view first, std::string_view second) const {
    const auto hash = hash_of(first, second);
    const auto last = slots_.size() - 1;
    for (auto i = hash & last; slots_[i].row != 0; i = (i + 1) & last) {
        if (slots_[i].hash == hash && holds(slots_[i], first, second)) return rows_.data() + slots_[i].row;
    }
    return free_row();
}

MaskTable MaskTable::Builder::build(std::size_t words) const {
    CHECK(words > 0 && words <= kMaskWordsMax);
    MaskTable out;
    out.rows_.assign(words, 0);
    const auto set = [&](std::size_t row, std::size_t clause) {
        out.rows_[row + clause / kMaskWordBits] |= MaskWord{1} << clause % kMaskWordBits;
    };
    for (const auto clause : free_) set(0, clause);
    if (named_.empty()) return out;

    out.slots_.resize(std::bit_ceil(named_.size() * 2));
    const auto last = out.slots_.size() - 1;
    for (const auto& [key, clauses] : named_) {
        const auto& [first, second] = key;
        const auto row = out.rows_.size();
        out.rows_.resize(row + words);
        for (std::size_t word = 0; word < words; ++word) out.rows_[row + word] = out.rows_[word];
        for (const auto clause : clauses) set(row, clause);
        const auto hash = hash_of(first, second);
        auto i = hash & last;
        while (out.slots_[i].row != 0) i = (i + 1) & last;
        out.slots_[i] = {hash, static_cast<std::uint32_t>(out.keys_.size()), static_cast<std::uint32_t>(first.size()),
                         static_cast<std::uint32_t>(second.size()), static_cast<std::uint32_t>(row)};
        out.sizes_ |= std::uint64_t{1} << (first.size() & 63);
        out.keys_ += first;
        out.keys_ += second;
    }
    return out;
}

}  // namespace auditfwd
