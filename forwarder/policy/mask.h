// The clauses that are still in the running.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <optional>

#include "forwarder/policy/mask_table.h"

namespace auditfwd {

class Mask {
public:
    // `words` at most kMaskWordsMax, the same for every row.
    Mask(MaskRow row, std::size_t words) : size_{words} {
        for (std::size_t i = 0; i < size_; ++i) words_[i] = row[i];
    }

    void keep(MaskRow row) {
        for (std::size_t i = 0; i < size_; ++i) words_[i] &= row[i];
    }
    void keep(const Mask& other) { keep(other.words_.data()); }
    void add(MaskRow row) {
        for (std::size_t i = 0; i < size_; ++i) words_[i] |= row[i];
    }

    bool none() const {
        MaskWord any = 0;
        for (std::size_t i = 0; i < size_; ++i) any |= words_[i];
        return any == 0;
    }
    // Whether every clause left is in `row` too.
    bool within(MaskRow row) const {
        MaskWord outside = 0;
        for (std::size_t i = 0; i < size_; ++i) outside |= words_[i] & ~row[i];
        return outside == 0;
    }
    std::optional<std::size_t> first() const {
        for (std::size_t i = 0; i < size_; ++i) {
            if (words_[i]) return i * kMaskWordBits + static_cast<std::size_t>(std::countr_zero(words_[i]));
        }
        return std::nullopt;
    }

private:
    std::array<MaskWord, kMaskWordsMax> words_;
    std::size_t size_;
};

}  // namespace auditfwd
