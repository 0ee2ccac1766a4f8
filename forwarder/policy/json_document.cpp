// JSON (RFC 8259) with line numbers and duplicate keys, which no library here gives. Iterative: depth is the builder's.
#include <fmt/format.h>

#include <cstdint>

#include "forwarder/policy/document.h"

namespace auditfwd {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

class JsonReader {
public:
    explicit JsonReader(std::string_view text) : rest_{text} {}

    Document read() {
        skip_blanks();
        read_value();
        skip_blanks();
        while (!builder_.done()) {
            read_member();
            skip_blanks();
        }
        if (!rest_.empty()) fail("text behind the end of the JSON document");
        return builder_.take();
    }

private:
    [[noreturn]] void fail(std::string_view what) const {
        throw DocumentError{line_, fmt::format("not JSON, as a file beginning with {{ has to be: {}", what)};
    }

    bool at(char c) const { return !rest_.empty() && rest_.front() == c; }

    bool skip(char c) {
        if (!at(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }

    void skip_blanks() {
        while (!rest_.empty()) {
            const char c = rest_.front();
            if (c != ' ' && c != '\t' && c != '\r' && c != '\n') return;
            if (c == '\n') ++line_;
            rest_.remove_prefix(1);
        }
    }

    // What comes next inside the innermost container: its end, or a comma and another member.
    void read_member() {
        const bool mapping = builder_.in_mapping();
        if (skip(mapping ? '}' : ']')) {
            builder_.close();
            first_ = false;
            return;
        }
        if (!first_) {
            if (!skip(',')) fail(mapping ? "expected , or }" : "expected , or ]");
            skip_blanks();
        }
        if (mapping) {
            if (!at('"')) fail("expected a key in double quotes");
            read_string();
            skip_blanks();
            if (!skip(':')) fail("expected a colon behind the key");
            skip_blanks();
        }
        read_value();
    }

    void read_value() {
        first_ = at('{') || at('[');
        if (first_) {
            builder_.open(at('{') ? Node::Kind::kMapping : Node::Kind::kSequence, line_);
            rest_.remove_prefix(1);
        } else if (at('"')) {
            read_string();
        } else if (at('-') || (!rest_.empty() && is_digit(rest_.front()))) {
            read_number();
        } else {
            read_word();
        }
    }

    void read_word() {
        Node node;
        node.line = line_;
        std::string_view word;
        if (rest_.starts_with("null")) {
            word = "null";
        } else if (rest_.starts_with("true") || rest_.starts_with("false")) {
            node.kind = Node::Kind::kBool;
            node.boolean = rest_.starts_with('t');
            word = node.boolean ? "true" : "false";
        } else {
            fail(rest_.empty() ? "it ends too early" : "expected a value");
        }
        node.text = word;
        rest_.remove_prefix(word.size());
        builder_.scalar(std::move(node));
    }

    void read_number() {
        const auto begin = rest_;
        skip('-');
        if (!skip('0')) skip_digits();
        if (skip('.')) skip_digits();
        if (skip('e') || skip('E')) {
            if (!skip('+')) skip('-');
            skip_digits();
        }
        Node node;
        node.kind = Node::Kind::kNumber;
        node.line = line_;
        node.text = begin.substr(0, begin.size() - rest_.size());
        builder_.scalar(std::move(node));
    }

    void skip_digits() {
        if (rest_.empty() || !is_digit(rest_.front())) fail("a number lacks digits");
        while (!rest_.empty() && is_digit(rest_.front())) rest_.remove_prefix(1);
    }

    void read_string() {
        rest_.remove_prefix(1);
        Node node;
        node.kind = Node::Kind::kString;
        node.line = line_;
        while (!skip('"')) {
            if (rest_.empty()) fail("a string does not end");
            const char c = rest_.front();
            rest_.remove_prefix(1);
            if (static_cast<unsigned char>(c) < 0x20) fail("a control character in a string; write it as an escape");
            if (c == '\\') {
                read_escape(node.text);
            } else {
                node.text += c;
            }
        }
        builder_.scalar(std::move(node));
    }

    void read_escape(std::string& out) {
        constexpr std::string_view kLetters = "\"\\/bfnrt";
        constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
        if (skip('u')) {
            append_utf8(read_code(), out);
            return;
        }
        const auto which = rest_.empty() ? kLetters.npos : kLetters.find(rest_.front());
        if (which == kLetters.npos) fail("an unknown escape in a string");
        rest_.remove_prefix(1);
        out += kMeanings[which];
    }

    std::uint32_t read_code() {
        const auto high = read_hex();
        if (high < 0xD800 || high > 0xDFFF) return high;
        const bool pair = high < 0xDC00 && rest_.starts_with("\\u");
        if (pair) rest_.remove_prefix(2);
        const auto low = pair ? read_hex() : 0;
        if (low < 0xDC00 || low > 0xDFFF) fail("half a surrogate pair in a string");
        return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
    }

    std::uint32_t read_hex() {
        std::uint32_t code = 0;
        for (int i = 0; i < 4; ++i) {
            constexpr std::string_view kDigits = "0123456789abcdef";
            const auto digit = rest_.empty() ? kDigits.npos : kDigits.find(static_cast<char>(rest_.front() | 0x20));
            if (digit == kDigits.npos || (digit < 10 && !is_digit(rest_.front())))
                fail("\\u wants four hexadecimal digits");
            code = code << 4 | static_cast<std::uint32_t>(digit);
            rest_.remove_prefix(1);
        }
        return code;
    }

    static void append_utf8(std::uint32_t code, std::string& out) {
        const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
        if (code < 0x80) {
            put(code);
        } else if (code < 0x800) {
            put(0xC0 | code >> 6);
            put(0x80 | (code & 0x3F));
        } else if (code < 0x10000) {
            put(0xE0 | code >> 12);
            put(0x80 | (code >> 6 & 0x3F));
            put(0x80 | (code & 0x3F));
        } else {
            put(0xF0 | code >> 18);
            put(0x80 | (code >> 12 & 0x3F));
            put(0x80 | (code >> 6 & 0x3F));
            put(0x80 | (code & 0x3F));
        }
    }

    std::string_view rest_;
    std::size_t line_ = 1;
    bool first_ = false;  // the innermost container has no member yet
    DocumentBuilder builder_;
};

}  // namespace

Document read_json(std::string_view text) { return JsonReader{text}.read(); }

}  // namespace auditfwd
