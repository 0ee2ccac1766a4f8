// The places of one JSON text whose values go, as edits of that text.
//
// Owner and thread: the Redactor. Ranges count from the text's first byte.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "codecs/edits.h"
#include "forwarder/redaction/replacement.h"

namespace auditfwd {

class Marks {
public:
    explicit Marks(const Replacement& replacement) : replacement_{replacement} {}

    // Begins with a text. `edits` are of that text, and outlive what follows.
    void begin(std::string_view text, Edits& edits);

    // A whole value. Of a string the quotes stay. Empty strings and null say nothing and stay; so does what is a
    // replacement already.
    void value(TextRange value);
    // A part of a string's content; it neither begins nor ends inside an escape.
    void part(TextRange part);
    // A string, for another: `content` is JSON-escaped here (`&` too, where it was).
    void rewrite(TextRange string, std::string_view content);

    // Where edits were made, in the order they were made.
    const std::vector<std::uint32_t>& places() const { return places_; }
    // Whether one of them is inside `range`.
    bool any_inside(TextRange range) const;
    bool full() const { return edits_->full(); }

private:
    void replace(TextRange range, std::string_view with);

    const Replacement& replacement_;
    std::string_view text_;
    Edits* edits_ = nullptr;
    std::vector<std::uint32_t> places_;
    std::string with_;
    std::string plain_;
};

}  // namespace auditfwd
