// Joins records in parts again, byte for byte. Parts come in any order and more than once; what is not a part passes.
//
// Pieces wait in a file without a name, so memory does not depend on how many there are: at most kPiecesMax of kSetsMax
// records at a time are known; beyond it the record that began first is given up. Owner and thread: whoever made it.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "codecs/json_tokens.h"
#include "codecs/part.h"
#include "forwarder/base/result.h"

namespace auditfwd::cli {

// Bytes put aside on disk.
class Scratch {
public:
    Scratch() = default;
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch();

    // Where they are.
    Result<std::uint64_t> add(std::string_view bytes);
    Result<void> append_to(std::string& out, std::uint64_t at, std::size_t bytes) const;
    // Forgets all.
    void clear();

private:
    int file_ = -1;  // in $TMPDIR or /tmp, from the first add() on
    std::uint64_t size_ = 0;
};

class Reassembly {
public:
    static constexpr std::size_t kSetsMax = 4096;
    static constexpr std::size_t kPiecesMax = 1 << 20;
    static constexpr std::size_t kDoneMax = 1 << 18;  // finished records that are remembered

    // `write` gets lines without newline, `say` what is missing.
    Reassembly(std::function<void(std::string_view)> write, std::function<void(const std::string&)> say);

    // One line; a byte behind it may be read. Fails when the disk does.
    Result<void> line(std::string_view line);
    // Nothing more comes: of records that are not whole the first part is written, as it is.
    Result<void> end();

    // Records that could not be joined.
    std::uint64_t incomplete() const { return incomplete_; }

private:
    // The same record may have been split by two destinations with different limits.
    using Key = std::pair<std::string, std::uint32_t>;  // id, of
    struct Piece {
        std::uint64_t at = 0;
        std::size_t bytes = 0;
    };
    struct Set {
        std::map<std::uint32_t, Piece> pieces;  // by n; of n = 1 the whole line
    };
    using Sets = std::map<Key, Set>;

    // The record that `part` completes.
    Result<std::optional<std::string>> take(std::string_view line, const PartView& part);
    Result<std::optional<std::string>> join(Sets::iterator set);
    Result<void> give_up(Sets::iterator set, const std::string& why);
    void remove(Sets::iterator set);
    Result<void> make_room();
    static std::string missing_of(const Key& key, const Set& set);

    std::function<void(std::string_view)> write_;
    std::function<void(const std::string&)> say_;
    JsonTokens tokens_;
    Scratch scratch_;
    Sets sets_;
    std::deque<Key> order_;  // in which they began; those that ended may still be there
    std::size_t pieces_ = 0;
    std::set<Key> done_;  // what comes of these again is a duplicate, unless all of it comes again
    std::deque<Key> done_order_;
    std::uint64_t incomplete_ = 0;
};

}  // namespace auditfwd::cli
