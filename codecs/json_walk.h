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

// Behind the closing quote of the string that begins at `begin`, when `next` is the token behind it.
inline std::uint32_t string_end(const char* text, std::uint32_t begin, std::uint32_t next) {
    if (text[next - 1] == '"' && next - 1 > begin) [[likely]]
        return next;
    while (next > begin + 1 && text[next - 1] != '"') --next;  // only white space can stand there
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
    std::uint32_t token(Visitor& visitor, bool& opened);
    template <class Visitor>
    std::uint32_t separator(std::uint32_t end, Visitor& visitor);
    bool in_object() const { return (objects_[depth_ / 64] >> (depth_ % 64)) & 1; }
    bool push(bool object) {
        if (++depth_ > limits::kDepthMax) return false;
        const auto bit = std::uint64_t{1} << (depth_ % 64);
        auto& word = objects_[depth_ / 64];
        word = object ? word | bit : word & ~bit;
        return true;
    }

    JsonTokens& tokens_;
    std::size_t depth_ = 0;
    std::size_t outside_ = 0;                                        // the depth around the value being walked
    std::array<std::uint64_t, limits::kDepthMax / 64 + 1> objects_;  // bit n: the container at depth n is an object
};

// The value's first token; its end, or 0.
template <class Visitor>
std::uint32_t JsonWalk::token(Visitor& visitor, bool& opened) {
    const char* const text = tokens_.text();
    const auto at = tokens_.at(0), next = tokens_.at(1);
    auto end = at + 1;
    switch (text[at]) {
        case '{':
        case '[':
            if (!push(text[at] == '{')) return 0;
            visitor.open(at, text[at] == '{');
            if (!gap(end, next)) return 0;
            opened = text[next] != (text[at] == '{' ? '}' : ']');
            break;
        case '"':
            end = string_end(text, at, next);
            visitor.value({at, end});
            break;
        default:
            end = scalar_end(text, at, next);
            if (!is_scalar({text + at, end - at})) return 0;
            visitor.value({at, end});
    }
    tokens_.take(1);
    return end;
}

// Behind a value that ends at `end`: closes what ends here, until a comma was taken (returns 1) or nothing is open
// (returns the end); 0 at a fault.
template <class Visitor>
std::uint32_t JsonWalk::separator(std::uint32_t end, Visitor& visitor) {
    const char* const text = tokens_.text();
    while (depth_ != outside_) {
        if (!tokens_.ready()) return 0;
        const auto at = tokens_.at(0);
        if (!gap(end, at)) return 0;
        end = at + 1;
        tokens_.take(1);
        if (text[at] == ',') return gap(end, tokens_.at(0)) ? 1 : 0;
        if (text[at] != (in_object() ? '}' : ']')) return 0;
        visitor.close(at);
        --depth_;
    }
    return end;
}

template <class Visitor>
std::uint32_t JsonWalk::value(std::size_t depth, Visitor& visitor) {
    const char* const text = tokens_.text();
    depth_ = outside_ = depth - 1;
    bool skips = false;
    for (;;) {
        if (!tokens_.ready()) return 0;
        bool opened = false;
        const auto at = tokens_.at(0);
        auto end = skips ? skim(depth_ + 1, skips) : token(visitor, opened);
        if (end == 0) return 0;
        if (skips) visitor.skipped({at, end});
        if (!opened) {
            end = separator(end, visitor);
            if (end != 1) return end;
        }
        skips = false;
        if (!in_object()) continue;
        if (!tokens_.ready()) return 0;
        const auto key = tokens_.at(0), colon = tokens_.at(1);
        if (text[key] != '"' || colon >= tokens_.end() || text[colon] != ':') return 0;
        end = string_end(text, key, colon);
        if (!gap(end, colon) || !gap(colon + 1, tokens_.at(2))) return 0;
        visitor.key({key, end});
        tokens_.take(2);
        skips = visitor.skips();
    }
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
