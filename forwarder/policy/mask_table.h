// One dimension of a compiled policy: for each string that some clause names there, the set of clauses that let it
// pass. A clause that names nothing in the dimension is free in it, and lets every string pass.
//
// A key has one part or two: a resource and its subresource are never put together for a look-up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace auditfwd {

using MaskWord = std::uint64_t;
inline constexpr std::size_t kMaskWordBits = 64;
inline constexpr std::size_t kMaskWordsMax = 64;  // 4,096 clauses

// Words a table was built with, owned by it.
using MaskRow = const MaskWord*;

class MaskTable {
public:
    class Builder;

    bool empty() const { return slots_.empty(); }
    MaskRow free_row() const { return rows_.data(); }
    // The clauses that let the key pass: free_row() for one that no clause names.
    MaskRow row(std::string_view first, std::string_view second = {}) const {
        return may_hold(first.size()) ? find(first, second) : free_row();
    }

private:
    struct Slot {
        std::uint64_t hash = 0;
        std::uint32_t key = 0;  // where it begins in keys_
        std::uint32_t first_bytes = 0;
        std::uint32_t second_bytes = 0;
        std::uint32_t row = 0;  // where it begins in rows_; 0: an empty slot
    };

    // Most strings of requests are of a size that no key has.
    bool may_hold(std::size_t first_bytes) const { return (sizes_ >> (first_bytes & 63) & 1) != 0; }
    MaskRow find(std::string_view first, std::string_view second) const;
    bool holds(const Slot& slot, std::string_view first, std::string_view second) const;

    std::vector<Slot> slots_;  // a power of two, at most half full
    std::string keys_;
    std::vector<MaskWord> rows_;  // the free row first
    std::uint64_t sizes_ = 0;     // of the keys' first parts, modulo 64
};

class MaskTable::Builder {
public:
    void set_free(std::size_t clause) { free_.push_back(clause); }
    void add(std::size_t clause, std::string_view first, std::string_view second = {}) {
        named_[{std::string{first}, std::string{second}}].push_back(clause);
    }
    // Bytes of rows that build() will make.
    std::size_t bytes(std::size_t words) const { return (named_.size() + 1) * words * sizeof(MaskWord); }
    MaskTable build(std::size_t words) const;

private:
    std::vector<std::size_t> free_;
    std::map<std::pair<std::string, std::string>, std::vector<std::size_t>> named_;
};

}  // namespace auditfwd
