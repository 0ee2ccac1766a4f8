#include "forwarder/source/file/position.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "forwarder/base/crypto.h"
#include "forwarder/source/file/log_names.h"

namespace auditfwd {

namespace {

constexpr std::string_view kVersion = "1";
constexpr std::string_view kNone = "-";

// The next word, and `text` behind it.
std::string_view take_word(std::string_view& text) {
    const auto word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    return word;
}

bool read_number(std::string_view word, std::uint64_t& number, int base) {
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number, base);
    return error == std::errc{} && end == word.data() + word.size();
}

bool read_time(std::string_view word, std::string& time) {
    if (word != kNone) time = word;
    return word == kNone || is_rotation_time(word);
}

std::string_view or_none(const std::string& time) { return time.empty() ? kNone : time; }

Result<std::uint64_t> hash_of(File& file, std::uint64_t begin, std::uint64_t end) {
    std::array<char, kPastBytes> bytes;
    TRY(const auto n, file.read_at(begin, {bytes.data(), static_cast<std::size_t>(end - begin)}));
    const auto digest = sha256({bytes.data(), n});
    std::uint64_t hash = 0;
    for (std::size_t i = 0; i < sizeof hash; ++i) hash = hash << 8 | digest[i];
    return hash;
}

Result<std::uint64_t> head_of(File& file, std::uint64_t offset) {
    return hash_of(file, 0, std::min(offset, kPastBytes));
}

Result<std::uint64_t> tail_of(File& file, std::uint64_t offset) {
    return hash_of(file, offset - std::min(offset, kPastBytes), offset);
}

}  // namespace

std::string to_text(const Position& position) {
    return fmt::format("{} {} {} {} {:016x} {:016x} {} {}", kVersion, position.id.device, position.id.inode,
                       position.past.offset, position.past.head, position.past.tail, or_none(position.rotated),
                       or_none(position.older));
}

Result<Position> parse_position(std::string_view text) {
    const auto whole = text;
    Position position;
    const bool good = take_word(text) == kVersion &&                             //
                      read_number(take_word(text), position.id.device, 10) &&    //
                      read_number(take_word(text), position.id.inode, 10) &&     //
                      read_number(take_word(text), position.past.offset, 10) &&  //
                      read_number(take_word(text), position.past.head, 16) &&    //
                      read_number(take_word(text), position.past.tail, 16) &&    //
                      read_time(take_word(text), position.rotated) &&            //
                      read_time(take_word(text), position.older) && to_text(position) == whole;
    if (!good) return Error{ErrorCode::kInvalid, "not a position of a file source as this version writes them"};
    return position;
}

Result<Past> past_at(File& file, std::uint64_t offset, const Past& before) {
    Past past{offset, before.head, 0};
    // A full head stays what it is, and asking a gzip file for its beginning would start it anew.
    if (before.offset < kPastBytes) {
        TRY(past.head, head_of(file, offset));
    }
    TRY(past.tail, tail_of(file, offset));
    return past;
}

Result<Match> compare(File& file, const Past& past) {
    if (past.offset == 0) return Match::kSame;
    TRY(const auto head, head_of(file, past.offset));
    if (head != past.head) return Match::kOther;
    TRY(const auto tail, tail_of(file, past.offset));
    return tail == past.tail ? Match::kSame : Match::kSameStart;
}

}  // namespace auditfwd
