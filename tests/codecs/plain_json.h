// JSON the plain way, one character after the other: what the fast code is measured against.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace auditfwd::plain {

struct Member {
    std::string key;    // raw, with quotes; empty in an array
    std::string value;  // raw, without white space around it
};

// Members of an object or array, found by counting brackets and closing strings: no look into them. Nothing when the
// object itself is wrong.
std::optional<std::vector<Member>> split(std::string_view text);

// Behind the bracketed value that begins at `at`, or nothing.
std::optional<std::size_t> closing(std::string_view text, std::size_t at);

// How deep brackets go.
std::size_t depth(std::string_view text);

// The value of a raw string; nothing when it is none.
std::optional<std::string> decode(std::string_view raw);

// RFC 8259 and UTF-8, by simdjson's parser.
bool valid(std::string_view text);

// Without white space outside strings, by simdjson.
std::string minified(std::string_view text);

// A name as a decoder reads it that does not mind case.
std::string folded(std::string_view name);

}  // namespace auditfwd::plain
