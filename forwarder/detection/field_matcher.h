// All simple checks of one field decided together: one look-up per value instead of one comparison per check.
//
// Immutable after building, shared by all workers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "forwarder/detection/check.h"
#include "forwarder/detection/multi_pattern.h"

namespace auditfwd::detection {

// Truth of a matcher's checks, a bit each.
using Truth = std::vector<std::uint64_t>;
inline bool truth_of(const std::uint64_t* bits, std::size_t i) { return (bits[i / 64] >> (i % 64) & 1) != 0; }

class FieldMatcher {
public:
    // Whether a matcher can decide it: exists, =, in, intersects, startswith, endswith, contains, icontains of a plain
    // field and literals.
    static bool takes(const Check& check);

    FieldMatcher(FieldId field, bool is_list) : field_{field}, is_list_{is_list} {}

    // Its number among this matcher's checks.
    std::uint32_t add(const Check& check);
    void build();

    FieldId field() const { return field_; }
    bool is_list() const { return is_list_; }
    std::size_t checks() const { return count_; }
    std::size_t words() const { return (count_ + 63) / 64; }

    // Sets `out` (of words()) and `counts` (scratch, grown to checks()).
    void match(const Values& values, Truth& out, std::vector<std::uint32_t>& counts) const;

private:
    struct Literal {
        std::uint32_t check;
        std::uint32_t next;
    };
    static constexpr std::uint32_t kNone = 0xFFFFFFFF;
    using Index = std::unordered_map<std::string, std::uint32_t, TextHash, std::equal_to<>>;

    // Literals of one kind that are told apart by their length first.
    struct Ends {
        Index index;
        std::vector<std::size_t> lengths;
    };

    void index(Index& where, const std::string& literal, std::uint32_t check);
    void index_end(Ends& where, const std::string& literal, std::uint32_t check);
    void match_text(std::string_view text, Truth& out) const;
    template <class Take>
    void each(const Index& where, std::string_view literal, Take&& take) const;

    const FieldId field_;
    const bool is_list_;
    std::size_t count_ = 0;
    std::vector<Literal> literals_;
    Index equal_;
    Ends prefixes_;
    Ends suffixes_;
    MultiPattern parts_{false};
    MultiPattern folded_parts_{true};
    std::vector<std::uint32_t> present_;  // true as soon as there is a value
    std::vector<std::uint32_t> all_;      // of a list: `in`, true when every element is listed
};

}  // namespace auditfwd::detection
