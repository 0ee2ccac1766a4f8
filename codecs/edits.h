// What is taken out of an event's text on the way to its record, and what is put in.
//
// One Edits per event in hand, cleared and reused. Ranges count from the first byte of the event's text.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "forwarder/base/limits.h"

namespace auditfwd {

struct TextRange {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    std::uint32_t size() const { return end - begin; }
    bool operator==(const TextRange&) const = default;
};

// A replacement; an empty one is a cut.
struct Edit {
    TextRange range;
    std::uint32_t text_begin = 0;  // into Edits' own text
    std::uint32_t text_bytes = 0;
};

class Edits {
public:
    // Bounds what an event's edits hold in memory. Above it full() is true and further edits are lost: the caller must
    // then remove the whole member (forget() what was found in it), or refuse the event.
    static constexpr std::size_t kMax = 16'384;
    // Edits of whole members have room of their own: there are few of them, and none may be lost.
    enum class Room { kInside, kMembers };

    // An edit inside a wider one is ignored; two that merely overlap cannot be.
    void cut(TextRange range, Room room = Room::kInside) { replace(range, {}, room); }
    void replace(TextRange range, std::string_view text, Room room = Room::kInside);
    bool full() const { return full_; }
    // Takes back the edits inside a range.
    void forget(TextRange range);

    // Sorted, disjoint.
    std::span<const Edit> sorted();
    std::string_view text(const Edit& edit) const { return {text_.data() + edit.text_begin, edit.text_bytes}; }
    bool empty() const { return edits_.empty(); }
    void clear();

private:
    std::vector<Edit> edits_;
    std::string text_;
    bool sorted_ = true;
    bool full_ = false;
};

// Cuts members out of one object together with their commas, called for each of its members in order.
class MemberCutter {
public:
    explicit MemberCutter(Edits& edits, Edits::Room room = Edits::Room::kInside) : edits_{&edits}, room_{room} {}
    void keep(TextRange member) {
        if (run_.size() != 0) [[unlikely]]
            end_run(member.begin);
        kept_end_ = member.end;
    }
    void cut(TextRange member);
    void end();  // after the last member

private:
    void end_run(std::uint32_t next_begin);

    Edits* edits_;
    Edits::Room room_;
    std::uint32_t kept_end_ = 0;  // of the last kept member; 0: none yet
    TextRange run_;               // members cut since; empty: none
};

// JSON pointers of what was removed: at most limits::kRecordListMax names, each once, and how many more there were.
class Removed {
public:
    // `pointer` is plain text: "/responseObject/items/*/metadata/managedFields". Of a long one the first 256 bytes
    // count.
    void add(std::string_view pointer);
    bool empty() const { return named_ + unnamed_ == 0; }
    // Names, and how many more there were.
    std::size_t count() const { return named_ + unnamed_; }
    // The content of a JSON array: "/requestObject","/responseObject","+3"
    void append_to(std::string& out) const;
    void clear();
    // Another list's content, entry by entry; a "+3" counts as that.
    void add_entry(std::string_view quoted);
    // The strings in a JSON array; anything else in it is passed over.
    void add_entries(std::string_view array);
    void add_all(const Removed& other);

private:
    std::string text_;
    std::array<std::size_t, limits::kRecordListMax> ends_;  // of the names in text_
    std::size_t named_ = 0;
    std::size_t unnamed_ = 0;
    std::string scratch_;
};

}  // namespace auditfwd
