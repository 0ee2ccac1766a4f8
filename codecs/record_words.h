// The words of a record by which sinks select it, and which choose its topic, key and headers. Pure.
//
// They are read from the record's text, and no further than needed: most records say them in their first kilobyte, and
// the forwarder's own member is found from the end. Nothing here can fail: what a record does not say is empty.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "codecs/record.h"

namespace auditfwd {

enum class RecordWord : std::uint8_t {
    kAuditId,
    kVerb,
    kUser,
    kNamespace,
    kResource,
    kClusterName,
    kSource,
    kDetections,  // the JSON list
    kPart,        // the JSON object
    kLevel,
    kPriority
};
inline constexpr std::size_t kRecordWords = static_cast<std::size_t>(RecordWord::kPriority) + 1;

// Which words are wanted.
class WordSet {
public:
    constexpr WordSet() = default;
    constexpr void add(RecordWord word) { bits_ |= bit(word); }
    constexpr void add(WordSet other) { bits_ |= other.bits_; }
    constexpr bool has(RecordWord word) const { return (bits_ & bit(word)) != 0; }
    constexpr bool empty() const { return bits_ == 0; }

private:
    static constexpr unsigned bit(RecordWord word) { return 1u << static_cast<unsigned>(word); }
    unsigned bits_ = 0;
};

// Texts as they stand in the record (strings without quotes, still escaped); they belong to it.
class RecordWords {
public:
    RecordWords(const RecordView& record, WordSet wanted);

    std::string_view operator[](RecordWord word) const { return texts_[static_cast<std::size_t>(word)]; }

private:
    std::string_view& at(RecordWord word) { return texts_[static_cast<std::size_t>(word)]; }
    void read_event(std::string_view json, WordSet wanted);
    void read_ours(std::string_view json);

    std::array<std::string_view, kRecordWords> texts_{};
};

// The texts of a JSON list of strings, such as kDetections; calls `see` with each, still escaped, until it gives true.
template <class F>
bool any_text(std::string_view list, F see) {
    for (auto at = list.find('"'); at != list.npos;) {
        auto end = at + 1;
        while (end < list.size() && list[end] != '"') end += list[end] == '\\' ? 2 : 1;
        if (end >= list.size()) return false;
        if (see(list.substr(at + 1, end - at - 1))) return true;
        at = list.find('"', end + 1);
    }
    return false;
}

// A word as it was before it became JSON, cut to `bytes_max`; `buffer` may hold it.
std::string_view plain_text(std::string_view word, std::size_t bytes_max, std::string& buffer);

}  // namespace auditfwd
