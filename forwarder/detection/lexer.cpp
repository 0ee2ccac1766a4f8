#include "forwarder/detection/lexer.h"

#include <array>
#include <utility>

namespace auditfwd::detection {

namespace {

constexpr std::string_view kBlanks = " \t\n\v\f\r\b";
constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kNotBare = "()\"' \t\n\v\f\r=,";
constexpr std::string_view kNotArgument = "[]\"' \t\n\v\f\r";

// Of words that begin alike the longer one comes first.
constexpr std::array kOperators{
    std::pair{std::string_view{"exists"}, Operator::kExists},
    std::pair{std::string_view{"<="}, Operator::kLessEqual},
    std::pair{std::string_view{"<"}, Operator::kLess},
    std::pair{std::string_view{">="}, Operator::kGreaterEqual},
    std::pair{std::string_view{">"}, Operator::kGreater},
    std::pair{std::string_view{"=="}, Operator::kEqual},
    std::pair{std::string_view{"="}, Operator::kEqual},
    std::pair{std::string_view{"!="}, Operator::kNotEqual},
    std::pair{std::string_view{"glob"}, Operator::kGlob},
    std::pair{std::string_view{"iglob"}, Operator::kIglob},
    std::pair{std::string_view{"contains"}, Operator::kContains},
    std::pair{std::string_view{"icontains"}, Operator::kIcontains},
    std::pair{std::string_view{"bcontains"}, Operator::kBcontains},
    std::pair{std::string_view{"startswith"}, Operator::kStartsWith},
    std::pair{std::string_view{"bstartswith"}, Operator::kBstartsWith},
    std::pair{std::string_view{"endswith"}, Operator::kEndsWith},
    std::pair{std::string_view{"regex"}, Operator::kRegex},
    std::pair{std::string_view{"intersects"}, Operator::kIntersects},
    std::pair{std::string_view{"in"}, Operator::kIn},
    std::pair{std::string_view{"pmatch"}, Operator::kPmatch},
};

constexpr std::array kTransforms{
    std::pair{std::string_view{"tolower"}, Transform::kLower},
    std::pair{std::string_view{"toupper"}, Transform::kUpper},
    std::pair{std::string_view{"b64"}, Transform::kBase64},
    std::pair{std::string_view{"basename"}, Transform::kBasename},
    std::pair{std::string_view{"len"}, Transform::kLength},
    std::pair{std::string_view{"val"}, Transform::kValue},
    std::pair{std::string_view{"urldecode"}, Transform::kUrlDecode},  // ours
};

std::size_t span_of(std::string_view text, std::string_view set) {
    const auto end = text.find_first_not_of(set);
    return end == text.npos ? text.size() : end;
}

std::size_t span_without(std::string_view text, std::string_view set) {
    const auto end = text.find_first_of(set);
    return end == text.npos ? text.size() : end;
}

// A letter, then letters, digits and underscores; 0 when there is none.
std::size_t identifier_size(std::string_view text) {
    if (text.empty() || kLetters.find(text.front()) == kLetters.npos) return 0;
    std::size_t size = 1;
    while (size < text.size() && (kLetters.find(text[size]) != kLetters.npos ||
                                  kDigits.find(text[size]) != kDigits.npos || text[size] == '_')) {
        ++size;
    }
    return size;
}

// What `\c` stands for in quotes of the kind `quote`; none when it stands for nothing.
std::optional<char> unescaped(char c, char quote) {
    switch (c) {
        case 'b':
            return '\b';
        case 'f':
            return '\f';
        case 'n':
            return '\n';
        case 'r':
            return '\r';
        case 't':
            return '\t';
        case ' ':  // as Falco, for rules that were escaped wrongly
        case '\\':
            return '\\';
        case '/':
            return '/';
        case '"':
        case '\'':
            return c == quote ? std::optional{c} : std::nullopt;
        default:
            return std::nullopt;
    }
}

}  // namespace

std::string_view to_string(Operator op) {
    if (op == Operator::kEqual) return "=";
    for (const auto& [word, value] : kOperators) {
        if (value == op) return word;
    }
    return "";
}

std::optional<Operator> operator_named(std::string_view word) {
    for (const auto& [name, value] : kOperators) {
        if (name == word) return value;
    }
    return std::nullopt;
}

std::string_view to_string(Transform transform) {
    for (const auto& [word, value] : kTransforms) {
        if (value == transform) return word;
    }
    return "";
}

std::optional<std::string_view> Lexer::taken(std::size_t size) {
    if (size == 0) return std::nullopt;
    const auto word = text_.substr(at_, size);
    at_ += size;
    return word;
}

bool Lexer::blank() { return taken(span_of(rest(), kBlanks)).has_value(); }

bool Lexer::take(std::string_view word) {
    if (!rest().starts_with(word)) return false;
    at_ += word.size();
    return true;
}

bool Lexer::keyword(std::string_view word) {
    if (!rest().starts_with(word)) return false;
    const auto behind = rest().substr(word.size());
    if (!behind.empty() && behind.front() != '(' && kBlanks.find(behind.front()) == kBlanks.npos) return false;
    at_ += word.size();
    return true;
}

std::optional<std::string_view> Lexer::field_name() {
    auto size = identifier_size(rest());
    if (size == 0) return std::nullopt;
    bool dots = false;
    while (size < rest().size() && rest()[size] == '.') {
        const auto more = identifier_size(rest().substr(size + 1));
        if (more == 0) break;
        size += 1 + more;
        dots = true;
    }
    return dots ? taken(size) : std::nullopt;
}

std::optional<std::string_view> Lexer::identifier() { return taken(identifier_size(rest())); }

std::optional<Transform> Lexer::transform() {
    for (const auto& [word, value] : kTransforms) {
        if (rest().starts_with(word) && rest().substr(word.size()).starts_with('(')) {
            at_ += word.size() + 1;
            return value;
        }
    }
    return std::nullopt;
}

std::optional<Operator> Lexer::operation() {
    for (const auto& [word, value] : kOperators) {
        if (!rest().starts_with(word)) continue;
        const auto behind = rest().substr(word.size());
        // Words that take one value need a blank behind them, as in Falco.
        const bool needs_blank =
            kLetters.find(word.front()) != kLetters.npos && value != Operator::kExists && !takes_list(value);
        if (needs_blank && (behind.empty() || kBlanks.find(behind.front()) == kBlanks.npos)) continue;
        at_ += word.size();
        return value;
    }
    return std::nullopt;
}

std::optional<std::string> Lexer::quoted_text(std::string& fault) {
    if (end() || (rest().front() != '"' && rest().front() != '\'')) return std::nullopt;
    const char quote = rest().front();
    std::string out;
    for (std::size_t i = at_ + 1; i < text_.size(); ++i) {
        if (text_[i] == quote) {
            at_ = i + 1;
            return out;
        }
        if (text_[i] != '\\') {
            out += text_[i];
            continue;
        }
        if (++i == text_.size()) break;
        const auto c = unescaped(text_[i], quote);
        if (!c) {
            fault = std::string{"the escape \\"} + text_[i] + " means nothing in these quotes";
            return std::nullopt;
        }
        out += *c;
    }
    fault = "the quote is not closed";
    return std::nullopt;
}

std::optional<std::string_view> Lexer::bare_text() { return taken(span_without(rest(), kNotBare)); }

std::optional<std::string_view> Lexer::bare_argument() { return taken(span_without(rest(), kNotArgument)); }

std::optional<std::string_view> Lexer::number() {
    const auto text = rest();
    if (text.starts_with("0x") || text.starts_with("0X")) {
        const auto digits = span_of(text.substr(2), "0123456789abcdefABCDEF");
        if (digits != 0) return taken(2 + digits);
    }
    std::size_t size = !text.empty() && (text.front() == '+' || text.front() == '-') ? 1 : 0;
    const auto digits = span_of(text.substr(size), kDigits);
    if (digits == 0) return std::nullopt;
    size += digits;
    if (size < text.size() && text[size] == '.') ++size;
    size += span_of(text.substr(size), kDigits);
    // An exponent counts only whole.
    const auto tail = text.substr(size);
    if (tail.size() > 2 && (tail[0] == 'e' || tail[0] == 'E') && (tail[1] == '+' || tail[1] == '-')) {
        const auto exponent = span_of(tail.substr(2), kDigits);
        if (exponent != 0) size += 2 + exponent;
    }
    return taken(size);
}

}  // namespace auditfwd::detection
