// Walks one event and fills in an Event. Part of EventReader.
//
// Two ways through the same code: kCheck follows every token of what may be kept; kSkim looks at brackets and strings
// only, for events where kCheck found a fault: it may lie in a member that is dropped, so what is left after all cuts
// is checked when the record is written.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "codecs/edits.h"
#include "codecs/event.h"
#include "codecs/event_keys.h"
#include "codecs/event_reader.h"
#include "codecs/json_tokens.h"
#include "codecs/json_walk.h"

namespace auditfwd {

class EventWalker {
public:
    enum class Mode { kCheck, kSkim };
    enum class Outcome { kEvent, kRejected, kFault };

    explicit EventWalker(JsonTokens& tokens) : tokens_{tokens}, walk_{tokens} {}

    // Tokens stand at the event's opening bracket. After kEvent and kRejected they stand behind the event, unless there
    // were too many members; after kFault anywhere.
    Outcome walk(Mode mode);

    Rejection reason() const { return reason_; }
    std::uint32_t begin() const { return begin_; }
    std::uint32_t end() const { return end_; }

    // The value at(0) as kSkim sees it: its end, or 0 where no value stands or it does not close.
    std::uint32_t skim(std::size_t depth) { return in_reach(walk_.skim(depth, deep_)); }

    Event event;
    Edits edits;
    Removed removed;

private:
    template <class OnElement>
    std::uint32_t elements(char close, OnElement on_element);
    template <class OnMember>
    std::uint32_t object(OnMember on_member);
    template <class OnKnown>
    std::uint32_t known_object(std::string_view pointer, const NameTable& names, OnKnown on_known);

    std::uint32_t member(TextRange key, JsonTokens::Hand& hand);
    [[gnu::noinline]] std::uint32_t odd_member(TextRange key, NameMatch match, Member& member);
    [[gnu::noinline]] std::uint32_t special_member(TextRange key, Member& member);
    std::uint32_t special_value(Member& member);
    void cut_deep(TextRange key, Member& member);
    std::uint32_t value(JsonTokens::Hand& hand, std::size_t depth);
    [[gnu::noinline]] std::uint32_t other_value(std::size_t depth);
    [[gnu::noinline]] std::uint32_t user();
    [[gnu::noinline]] std::uint32_t groups();
    [[gnu::noinline]] std::uint32_t status();
    [[gnu::noinline]] std::uint32_t annotations();

    static constexpr int kNoWord = -2;
    Outcome finish();
    int read_word(Field field, const NameTable& names);
    void read_words();
    void read_request();
    void read_rest();
    void reject(Rejection reason);

    // Passes a value's end on when the token behind it can be looked at.
    std::uint32_t in_reach(std::uint32_t end) {
        tokens_.ready();
        return end;
    }
    std::string_view absolute(TextRange range) const { return {tokens_.text() + range.begin, range.size()}; }
    std::string_view content(TextRange string) const { return {tokens_.text() + string.begin + 1, string.size() - 2}; }
    TextRange relative(TextRange range) const { return {range.begin - begin_, range.end - begin_}; }
    char first() const { return tokens_.text()[tokens_.at(0)]; }
    bool gap(std::uint32_t begin, std::uint32_t end) {
        if (begin == end) [[likely]]
            return true;
        spaced_ = true;
        return is_gap(tokens_.text(), begin, end);
    }
    void name_removed(std::string_view pointer, TextRange key);

    enum class Text { kNull, kRead, kUnreadable, kOtherType, kFault };
    Text read(std::string_view raw, std::string_view& out);

    JsonTokens& tokens_;
    JsonWalk walk_;
    JsonVisitor nobody_;
    Mode mode_ = Mode::kCheck;
    Rejection reason_ = Rejection::kMalformed;
    std::uint32_t begin_ = 0;
    std::uint32_t end_ = 0;
    bool spaced_ = false;
    std::uint32_t seen_ = 0;  // one bit a Field
    bool rejected_ = false;
    bool deep_ = false;
    bool user_unreadable_ = false;
    bool text_fault_ = false;
    std::size_t member_count_ = 0;
    const std::unique_ptr<Member[]> members_ = std::make_unique<Member[]>(EventReader::kMembersMax);
    std::vector<std::string_view> groups_;
    std::unique_ptr<char[]> unescaped_;
    std::size_t unescaped_bytes_ = 0;
    std::string pointer_;
};

}  // namespace auditfwd
