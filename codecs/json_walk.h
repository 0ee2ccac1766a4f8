// Walks one JSON value of any shape and checks it against RFC 8259, without recursion; a visitor hears of its parts.
//
// What is checked here is structure, numbers and words. Raw control characters and bad escapes in strings are found by
// the index (JsonTokens::fault_until), UTF-8 by whoever needs it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "codecs/edits.h"
#include "codecs/json_text.h"
#include "codecs/json_tokens.h"
#include "forwarder/base/limits.h"

namespace auditfwd {

// Hears nothing. A visitor derives from it and hides what it wants to hear; positions count from the tokens' text.
struct JsonVisitor {
    void open(std::uint32_t /*at*/, bool /*object*/) {}
    void close(std::uint32_t /*at*/) {}
    void key(TextRange /*with quotes*/) {}
    void value(TextRange /*of a string, number or word*/) {}
    // Of the member whose key was heard last: its value is not looked into (see skim) and heard as skipped().
    bool skips() { return false; }
    void skipped(TextRange) {}
};

// Behind the closing quote of the string that begins at `begin`, when `next` is the token behind it. Of a string that
// does not close, some place in it.
inline std::uint32_t string_end(const char* text, std::uint32_t begin, std::uint32_t next) {
    while (text[next - 1] != '"' && next > begin + 1) [[unlikely]]-- next;  // only white space can stand there
    return next;
}

// Behind the number or word that begins at `begin`.
inline std::uint32_t scalar_end(const char* text, std::uint32_t begin, std::uint32_t next) {
    while (next > begin && static_cast<unsigned char>(text[next - 1]) <= ' ') --next;
    return next;
}

// White space, as JSON allows it between tokens; mostly there is none.
inline bool is_gap(const char* text, std::uint32_t begin, std::uint32_t end) {
    while (begin < end && (text[begin] == ' ' || text[begin] == '\n' || text[begin] == '\r' || text[begin] == '\t'))
        ++begin;
    return begin == end;
}

class JsonWalk {
public:
    explicit JsonWalk(JsonTokens& tokens) : tokens_{tokens} {}

    // The value whose first token is at(0); `depth` is how deep it stands (an outermost value: 1). Takes its tokens and
    // returns its end, or 0 at a fault.
    template <class Visitor>
    std::uint32_t value(std::size_t depth, Visitor& visitor);

    // The same for a value that will be dropped: only its strings must be closed, and as many brackets of either kind
    // closed as opened. `too_deep` is set when it nests too deeply, and left alone otherwise.
    std::uint32_t skim(std::size_t depth, bool& too_deep);

    // White space was seen between tokens. Never cleared here.
    bool spaced = false;

private:
    bool gap(std::uint32_t begin, std::uint32_t end) {
        if (begin == end) [[likely]]
            return true;
        spaced = true;
        return is_gap(tokens_.text(), begin, end);
    }
    template <class Visitor>
    std::uint32_t skipped(JsonTokens::Hand& hand, Visitor& visitor);
    template <class Visitor>
    bool key(JsonTokens::Hand& hand, Visitor& visitor);
    bool push(char close) {
        if (++depth_ > limits::kDepthMax) return false;
        closes_[depth_] = close;
        return true;
    }

    JsonTokens& tokens_;
    std::size_t depth_ = 0;
    std::array<char, limits::kDepthMax + 1> closes_;  // what closes the container at a depth
};

template <class Visitor>
std::uint32_t JsonWalk::value(std::size_t depth, Visitor& visitor) {
    const char* const text = tokens_.text();
    const auto outside = depth_ = depth - 1;
    auto hand = tokens_.hand();
    char close = 0;  // of the innermost container
    bool skips = false;
    for (;;) {
        // A value. What is taken until ready() is asked again is within its reach.
        if (!tokens_.ready(hand)) return 0;
        const auto at = hand.next[0], next = hand.next[1];
        const char first = text[at];
        auto end = at + 1;
        if (skips) [[unlikely]] {
            end = skipped(hand, visitor);
            if (end == 0 || !tokens_.ready(hand)) return 0;
            skips = false;
        } else if (first == '"') {
            ++hand.next;
            end = string_end(text, at, next);
            visitor.value({at, end});
        } else if (first == '{' || first == '[') {
            ++hand.next;
            close = first == '{' ? '}' : ']';
            if (!push(close) || !gap(end, next)) return 0;
            visitor.open(at, first == '{');
            if (text[next] != close) {
                if (first == '[') continue;
                if (!key(hand, visitor)) return 0;
                skips = visitor.skips();
                continue;
            }
        } else {
            ++hand.next;
            end = scalar_end(text, at, next);
            if (!is_scalar({text + at, end - at})) return 0;
            visitor.value({at, end});
        }
        // Behind a value: close what ends here, until there is a comma or nothing is open.
        for (;;) {
            if (depth_ == outside) {
                tokens_.put(hand);
                return end;
            }
            const auto behind = *hand.next++;
            if (!gap(end, behind)) return 0;
            end = behind + 1;
            if (text[behind] == ',') break;
            if (text[behind] != close || behind >= tokens_.end()) return 0;
            visitor.close(behind);
            close = closes_[--depth_];
            if (depth_ != outside && !tokens_.ready(hand)) return 0;
        }
        if (!gap(end, hand.next[0])) return 0;
        if (close == ']') continue;
        if (!key(hand, visitor)) return 0;
        skips = visitor.skips();
    }
}

template <class Visitor>
std::uint32_t JsonWalk::skipped(JsonTokens::Hand& hand, Visitor& visitor) {
    const auto at = hand.next[0];
    tokens_.put(hand);
    bool too_deep = false;
    const auto end = skim(depth_ + 1, too_deep);
    hand = tokens_.hand();
    if (end != 0) visitor.skipped({at, end});
    return end;
}

template <class Visitor>
[[gnu::always_inline]] inline bool JsonWalk::key(JsonTokens::Hand& hand, Visitor& visitor) {
    const char* const text = tokens_.text();
    const auto at = hand.next[0], colon = hand.next[1], value = hand.next[2];
    if (text[at] != '"' || value >= tokens_.end() || text[colon] != ':') return false;
    const auto end = string_end(text, at, colon);
    if (((colon - end) | (value - colon - 1)) != 0) [[unlikely]] {
        if (!gap(end, colon) || !gap(colon + 1, value)) return false;
    }
    visitor.key({at, end});
    hand.next += 2;
    return true;
}

inline std::uint32_t JsonWalk::skim(std::size_t depth, bool& too_deep) {
    const char* const text = tokens_.text();
    const auto begin = tokens_.at(0);
    std::uint32_t end = 0;
    switch (text[begin]) {
        case '{':
        case '[': {
            const auto skipped = tokens_.skip(limits::kDepthMax - (depth - 1));
            too_deep |= skipped.too_deep;
            return skipped.end == 0 ? 0 : static_cast<std::uint32_t>(begin + skipped.end);
        }
        case '}':
        case ']':
        case ',':
        case ':':
            return 0;
        case '"':
            end = string_end(text, begin, tokens_.at(1));
            break;
        default:
            end = scalar_end(text, begin, tokens_.at(1));
    }
    tokens_.take(1);
    return end;
}

}  // namespace auditfwd
