// Marks every value inside a value: the strings, numbers and words, never the keys.
#pragma once

#include <string_view>

#include "codecs/json_tokens.h"
#include "forwarder/redaction/marks.h"

namespace auditfwd {

class Leaves {
public:
    explicit Leaves(std::size_t window) : tokens_{window} {}
    // `range` is a value of RFC 8259 in `text`; of an invalid one the rest is left, for it is found out elsewhere.
    void mark(std::string_view text, TextRange range, Marks& marks);

private:
    JsonTokens tokens_;
};

}  // namespace auditfwd
