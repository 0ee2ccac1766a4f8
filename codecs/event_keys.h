// Names the forwarder knows, however a client writes them.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <span>
#include <string_view>

#include "codecs/event.h"
#include "codecs/json_text.h"

namespace auditfwd {

struct NameMatch {
    int index = -1;     // which name; -1: another
    bool exact = true;  // false: the name in other letters
};

// A few names, none longer than 24 bytes, found by comparing words of eight bytes.
class NameTable {
public:
    constexpr NameTable(std::initializer_list<std::string_view> names) {
        for (const auto name : names) {
            names_[count_] = name;
            std::size_t row = 0;
            while (rows_[name.size()].row[row].index >= 0) ++row;
            rows_[name.size()].row[row] = {words_of(name), static_cast<int>(count_++)};
        }
    }

    // `content` is a string without its quotes, as it stands in the text; eight bytes from its begin on are readable.
    NameMatch match(std::string_view content) const {
        const auto index = plain_index(content);
        return index >= 0 ? NameMatch{index, true} : match_slowly(content);
    }
    // Which name it is, however it is escaped; -1: none. For those to whom a name in other letters is another.
    int index_of(std::string_view content) const {
        const auto index = plain_index(content);
        if (index >= 0 || !has_backslash(content)) return index;
        const auto found = match_slowly(content);
        return found.exact ? found.index : -1;
    }

    std::span<const std::string_view> names() const { return {names_.data(), count_}; }

private:
    static constexpr std::size_t kBytesMax = 24;
    struct Words {
        std::uint64_t first = 0, last = 0, second = 0;  // the last overlaps the others where they are not whole
        constexpr bool operator==(const Words& other) const {
            return ((first ^ other.first) | (last ^ other.last) | (second ^ other.second)) == 0;
        }
    };
    struct Row {
        Words words;
        int index = -1;
    };

    static constexpr std::uint64_t word(std::string_view text, std::size_t at) {
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < 8 && at + i < text.size(); ++i)
            value |= std::uint64_t{static_cast<unsigned char>(text[at + i])} << (8 * i);
        return value;
    }
    static constexpr Words words_of(std::string_view text) {
        const auto size = text.size();
        if (size <= 8) return {word(text, 0), 0, 0};
        return {word(text, 0), word(text, size - 8), size <= 16 ? 0 : word(text, 8)};
    }
    static std::uint64_t load(const char* text) {
        static_assert(std::endian::native == std::endian::little);
        std::uint64_t value;
        std::memcpy(&value, text, sizeof value);
        return value;
    }
    static Words loaded(std::string_view text) {
        const auto size = text.size();
        if (size <= 8) return {load(text.data()) & kKept[size], 0, 0};
        return {load(text.data()), load(text.data() + size - 8), size <= 16 ? 0 : load(text.data() + 8)};
    }
    static constexpr std::uint64_t kKept[] = {
        0, 0xff, 0xffff, 0xffffff, 0xffffffff, 0xffffffffff, 0xffffffffffff, 0xffffffffffffff, ~std::uint64_t{0}};
    int plain_index(std::string_view content) const {
        if (content.size() > kBytesMax) return -1;
        const auto words = loaded(content);
        for (const auto& row : rows_[content.size()].row) {
            if (row.words == words && row.index >= 0) return row.index;
        }
        return -1;
    }
    // Escaped, in other letters, or really another.
    NameMatch match_slowly(std::string_view content) const;

    std::array<std::string_view, kKnownFields> names_{};
    std::size_t count_ = 0;
    struct Rows {
        Row row[4];
    };
    Rows rows_[kBytesMax + 1] = {};  // by size
};

extern const NameTable kFieldNames;  // event-level members, in the order of Field
extern const NameTable kLevelNames;  // in the order of Level
extern const NameTable kStageNames;  // in the order of Stage
extern const NameTable kKindNames;
extern const NameTable kVersionNames;

// Members of user and impersonatedUser, of objectRef, and of responseStatus.
enum UserKey { kUserName, kUserUid, kUserGroups, kUserExtra };
extern const NameTable kUserNames;
extern const NameTable kReferenceNames;
enum StatusKey { kStatusCode };
extern const NameTable kStatusNames;

}  // namespace auditfwd
