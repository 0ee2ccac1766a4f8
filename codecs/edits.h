// What is taken out of an event's text on the way to its record, and what is put in.
//
// One Edits per event in hand, cleared and reused. Ranges count from the first byte of the event's text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

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
    // then remove the whole member, or refuse the event.
    static constexpr std::size_t kMax = 16'384;

    // An edit inside an earlier, wider one is ignored; two that merely overlap cannot be.
    void cut(TextRange range) { replace(range, {}); }
    void replace(TextRange range, std::string_view text);
    bool full() const { return full_; }

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
    explicit MemberCutter(Edits& edits) : edits_{edits} {}
    void keep(TextRange member);
    void cut(TextRange member);
    void end();  // after the last member

private:
    Edits& edits_;
    std::uint32_t kept_end_ = 0;  // of the last kept member; 0: none yet
    TextRange run_;                   // members cut since; empty: none
};

// JSON pointers of what was removed, as the content of a JSON array: at most limits::kRecordListMax names, each once.
class Removed {
public:
    void add(std::string_view pointer);
    bool empty() const { return count_ == 0; }
    // "\"/requestObject\",\"/responseObject\",\"+3\"". `already` names exist before ours.
    void append_to(std::string& out, std::size_t already = 0) const;
    void clear();

private:
    std::string text_;  // each pointer as a JSON string with a comma behind it
    std::size_t count_ = 0;
    std::size_t named_ = 0;
};

}  // namespace auditfwd
