// The words of a condition. Each function looks at what stands at the cursor, and moves over it when it is that.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "forwarder/detection/condition.h"

namespace auditfwd::detection {

class Lexer {
public:
    explicit Lexer(std::string_view text) : text_{text} {}

    std::size_t at() const { return at_; }
    bool end() const { return at_ == text_.size(); }

    bool blank();
    // Exactly these characters, whatever follows.
    bool take(std::string_view word);
    // `and`, `or`, `not`: only with a blank, `(` or nothing behind; neither is taken.
    bool keyword(std::string_view word);
    // `ka.target.name`: two or more identifiers with dots.
    std::optional<std::string_view> field_name();
    std::optional<std::string_view> identifier();
    // `tolower(`, with the parenthesis.
    std::optional<Transform> transform();
    std::optional<Operator> operation();
    // In quotes of either kind, with backslash escapes. A quote that is not closed is none; `fault` says why.
    std::optional<std::string> quoted_text(std::string& fault);
    // Up to a blank, quote, parenthesis, comma or equals sign.
    std::optional<std::string_view> bare_text();
    // Of a field, up to the closing bracket.
    std::optional<std::string_view> bare_argument();
    std::optional<std::string_view> number();

private:
    std::string_view rest() const { return text_.substr(at_); }
    std::optional<std::string_view> taken(std::size_t size);

    std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace auditfwd::detection
