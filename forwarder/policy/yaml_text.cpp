#include "forwarder/policy/yaml_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "forwarder/policy/document.h"

namespace auditfwd {

namespace {

constexpr std::string_view kBlanks = " \t\r\n";

// As much from `begin` on as a key or a tag of any sense has: a hostile file does not make us look far and often.
std::string_view from(std::string_view text, std::size_t begin) {
    constexpr std::size_t kLookedAtMax = 4096;
    return text.substr(std::min(begin, text.size()), kLookedAtMax);
}

std::string_view next_line(std::string_view& text) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    return line;
}

// The word at the front, and the blanks behind it.
void skip_word(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_of(kBlanks), text.size()));
    text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
}

// The rest behind a quoted scalar at the front.
std::string_view behind_quotes(std::string_view text) {
    const char quote = text.front();
    std::size_t i = 1;
    for (; i < text.size(); ++i) {
        const bool escape = quote == '"' ? text[i] == '\\' : text.substr(i).starts_with("''");
        if (escape) {
            ++i;
        } else if (text[i] == quote) {
            break;
        }
    }
    return from(text, i + 1);
}

}  // namespace

void check_directives(std::string_view text) {
    bool head = true;
    for (std::size_t number = 1; !text.empty(); ++number) {
        auto line = next_line(text);
        line = line.substr(0, line.find_last_not_of(kBlanks) + 1);
        if (line.starts_with('%')) {
            if (head && (line.starts_with("%TAG ") || line == "%YAML 1.1")) continue;
            throw DocumentError{number,
                                fmt::format("{} is no directive that is supported here; remove it", quoted(line))};
        }
        head &= line.empty() || line.starts_with('#');
    }
}

Markers::Markers(std::string_view text, std::size_t line) : rest_{text} {
    for (; line_ < line; ++line_) next_line(rest_);
}

bool Markers::any_up_to(std::size_t last) {
    bool found = false;
    for (;; ++line_) {
        found |= rest_.starts_with("---") || rest_.starts_with("...");
        if (line_ >= last) return found;
        next_line(rest_);
    }
}

std::string_view tag_at(std::string_view text, std::size_t begin) {
    auto rest = from(text, begin);
    if (rest.starts_with('&')) skip_word(rest);
    if (!rest.starts_with('!')) return {};
    return rest.substr(0, rest.find_first_of(kBlanks));
}

bool key_has_colon(std::string_view text, std::size_t begin, std::string_view key) {
    const auto before = text.find_last_not_of(kBlanks, begin - 1);
    if (begin > 0 && before != text.npos && text[before] == '?') return true;
    auto rest = from(text, begin);
    while (rest.starts_with('&') || rest.starts_with('!')) skip_word(rest);
    if (rest.starts_with('"') || rest.starts_with('\'')) {
        rest = behind_quotes(rest);
    } else if (rest.starts_with(key)) {
        rest.remove_prefix(key.size());
    }
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
    return rest.starts_with(':');
}

}  // namespace auditfwd
