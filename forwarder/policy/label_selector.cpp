#include "forwarder/policy/label_selector.h"

#include "forwarder/policy/syntax.h"

namespace auditfwd {

namespace {

enum class TokenKind { kEnd, kWord, kNot, kCompare, kOrder, kOpen, kClose, kComma };

struct Token {
    TokenKind kind;
    std::string_view word;
    bool is(std::string_view text) const { return kind == TokenKind::kWord && word == text; }
};

// One token ahead. A NUL ends the selector where a token would begin, and is skipped right behind one.
class Lexer {
public:
    explicit Lexer(std::string_view text) : rest_{text} { advance(); }

    const Token& token() const { return token_; }
    bool at(TokenKind kind) const { return token_.kind == kind; }

    void advance() {
        while (!rest_.empty() && is_blank(rest_.front())) rest_.remove_prefix(1);
        if (rest_.empty() || rest_.front() == '\0') {
            rest_ = {};
            token_ = {TokenKind::kEnd, {}};
            return;
        }
        const auto size = token_size();
        const auto text = rest_.substr(0, size);
        token_ = {is_symbol(text.front()) ? kind_of(text) : TokenKind::kWord, text};
        rest_.remove_prefix(size);
        if (rest_.starts_with('\0')) rest_.remove_prefix(1);
    }

    bool skip(TokenKind kind) {
        if (!at(kind)) return false;
        advance();
        return true;
    }

private:
    static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
    static bool is_symbol(char c) { return std::string_view{"=!(),><"}.find(c) != std::string_view::npos; }

    std::size_t token_size() const {
        if (rest_.starts_with("==") || rest_.starts_with("!=")) return 2;
        if (is_symbol(rest_.front())) return 1;
        std::size_t size = 1;
        while (size < rest_.size() && !is_blank(rest_[size]) && !is_symbol(rest_[size]) && rest_[size] != '\0') ++size;
        return size;
    }

    static TokenKind kind_of(std::string_view symbol) {
        if (symbol.ends_with('=')) return TokenKind::kCompare;
        switch (symbol.front()) {
            case '!':
                return TokenKind::kNot;
            case '(':
                return TokenKind::kOpen;
            case ')':
                return TokenKind::kClose;
            case ',':
                return TokenKind::kComma;
            default:
                return TokenKind::kOrder;
        }
    }

    std::string_view rest_;
    Token token_{};
};

// `(a,b)` behind in and notin: values may be empty, and so may the list.
bool read_set(Lexer& lexer) {
    if (!lexer.skip(TokenKind::kOpen)) return false;
    for (;;) {
        if (lexer.at(TokenKind::kWord)) {
            if (!is_label_value(lexer.token().word)) return false;
            lexer.advance();
        }
        if (lexer.skip(TokenKind::kClose)) return true;
        if (!lexer.skip(TokenKind::kComma)) return false;
    }
}

// The value behind an operator; none stands for the empty one.
bool read_value(Lexer& lexer, bool number) {
    std::string_view value;
    if (lexer.at(TokenKind::kWord)) {
        value = lexer.token().word;
        lexer.advance();
    } else if (!lexer.at(TokenKind::kEnd) && !lexer.at(TokenKind::kComma)) {
        return false;
    }
    return is_label_value(value) && (!number || is_int64(value));
}

bool read_requirement(Lexer& lexer) {
    const bool absent = lexer.skip(TokenKind::kNot);
    if (!lexer.at(TokenKind::kWord) || !is_label_key(lexer.token().word)) return false;
    lexer.advance();
    if (absent || lexer.at(TokenKind::kEnd) || lexer.at(TokenKind::kComma)) return true;
    if (lexer.token().is("in") || lexer.token().is("notin")) {
        lexer.advance();
        return read_set(lexer);
    }
    if (lexer.skip(TokenKind::kCompare)) return read_value(lexer, false);
    return lexer.skip(TokenKind::kOrder) && read_value(lexer, true);
}

}  // namespace

bool is_label_selector(std::string_view text) {
    Lexer lexer{text};
    if (lexer.at(TokenKind::kEnd)) return true;
    do {
        if (!read_requirement(lexer)) return false;
    } while (lexer.skip(TokenKind::kComma));
    return lexer.at(TokenKind::kEnd);
}

}  // namespace auditfwd
