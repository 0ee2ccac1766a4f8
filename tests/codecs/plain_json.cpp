#include "tests/codecs/plain_json.h"

#include <simdjson.h>

#include <algorithm>
#include <cctype>
#include <cstdint>

namespace auditfwd::plain {

namespace {

constexpr std::string_view kSpace = " \t\r\n";

bool is_space(char c) { return kSpace.find(c) != kSpace.npos; }

std::size_t skip_space(std::string_view text, std::size_t at) {
    while (at < text.size() && is_space(text[at])) ++at;
    return at;
}

// Bytes to go on by. Outside strings a backslash is no JSON, but a quote behind it begins no string.
std::size_t backslash(std::string_view text, std::size_t at) {
    const bool pair = text[at] == '\\' && at + 1 < text.size() && (text[at + 1] == '"' || text[at + 1] == '\\');
    return pair ? 2 : 1;
}

// Behind the closing quote, or nothing.
std::optional<std::size_t> string_end(std::string_view text, std::size_t at) {
    for (++at; at < text.size(); ++at) {
        if (text[at] == '\\')
            ++at;
        else if (text[at] == '"')
            return at + 1;
    }
    return std::nullopt;
}

std::optional<std::size_t> value_end(std::string_view text, std::size_t at) {
    if (at >= text.size()) return std::nullopt;
    if (text[at] == '{' || text[at] == '[') return closing(text, at);
    if (text[at] == '"') return string_end(text, at);
    const auto begin = at;
    while (at < text.size() && static_cast<unsigned char>(text[at]) > ' ' &&
           std::string_view{"{}[]:,\""}.find(text[at]) == std::string::npos)
        at += backslash(text, at);
    at = std::min(at, text.size());
    return at == begin ? std::nullopt : std::optional{at};
}

bool is_number(std::string_view word) {
    const auto digits = [&] {
        const auto count = std::min(word.find_first_not_of("0123456789"), word.size());
        word.remove_prefix(count);
        return count;
    };
    const auto take = [&](std::string_view any) {
        const bool there = !word.empty() && any.find(word[0]) != any.npos;
        if (there) word.remove_prefix(1);
        return there;
    };
    take("-");
    if (!take("0") && digits() == 0) return false;
    if (take(".") && digits() == 0) return false;
    if (take("eE") && (take("+-"), digits() == 0)) return false;
    return word.empty();
}

// Numbers that simdjson holds too large, and surrogates without partner, are JSON all the same.
std::string tamed(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] == '"') {
            const auto end = string_end(text, at).value_or(text.size());
            std::string string{text.substr(at, end - at)};
            for (std::size_t i = 0; i + 6 <= string.size(); ++i) {
                if (string[i] != '\\') continue;
                if (string[i + 1] != 'u') {
                    ++i;
                } else if ((string[i + 2] | 0x20) == 'd' &&
                           std::string_view{"89abcdefABCDEF"}.find(string[i + 3]) != std::string::npos &&
                           std::isxdigit(string[i + 4]) && std::isxdigit(string[i + 5])) {
                    string.replace(i + 2, 4, "0041");
                }
            }
            out += string;
            at = end;
        } else if (text[at] == '-' || std::isdigit(static_cast<unsigned char>(text[at]))) {
            const auto end = value_end(text, at).value_or(text.size());
            const auto word = text.substr(at, end - at);
            out += is_number(word) ? "1" : word;
            at = end;
        } else {
            out += text[at++];
        }
    }
    return out;
}

}  // namespace

std::optional<std::size_t> closing(std::string_view text, std::size_t at) {
    std::size_t open = 0;
    while (at < text.size()) {
        switch (text[at]) {
            case '"': {
                const auto end = string_end(text, at);
                if (!end) return std::nullopt;
                at = *end;
                continue;
            }
            case '\\':
                at += backslash(text, at);
                continue;
            case '{':
            case '[':
                ++open;
                break;
            case '}':
            case ']':
                if (--open == 0) return at + 1;
        }
        ++at;
    }
    return std::nullopt;
}

std::size_t depth(std::string_view text) {
    std::size_t now = 0, most = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '"')
            at = string_end(text, at).value_or(text.size()) - 1;
        else if (text[at] == '\\')
            at += backslash(text, at) - 1;
        else if (text[at] == '{' || text[at] == '[')
            most = std::max(most, ++now);
        else if (text[at] == '}' || text[at] == ']')
            --now;
    }
    return most;
}

std::optional<std::vector<Member>> split(std::string_view text) {
    const bool object = text[0] == '{';
    const auto close = object ? '}' : ']';
    std::vector<Member> members;
    auto at = skip_space(text, 1);
    if (at < text.size() && text[at] == close) return at + 1 == text.size() ? std::optional{members} : std::nullopt;
    for (;;) {
        Member member;
        if (object) {
            const auto end = at < text.size() && text[at] == '"' ? string_end(text, at) : std::nullopt;
            if (!end) return std::nullopt;
            member.key = text.substr(at, *end - at);
            at = skip_space(text, *end);
            if (at >= text.size() || text[at] != ':') return std::nullopt;
            at = skip_space(text, at + 1);
        }
        const auto end = value_end(text, at);
        if (!end) return std::nullopt;
        member.value = text.substr(at, *end - at);
        members.push_back(member);
        at = skip_space(text, *end);
        if (at >= text.size()) return std::nullopt;
        if (text[at] == close) return at + 1 == text.size() ? std::optional{members} : std::nullopt;
        if (text[at] != ',') return std::nullopt;
        at = skip_space(text, at + 1);
    }
}

std::optional<std::string> decode(std::string_view raw) {
    if (raw.size() < 2 || raw[0] != '"') return std::nullopt;
    std::string out;
    const auto put = [&](std::uint32_t point) {
        static constexpr std::uint32_t kFirst[] = {0, 0x80, 0x800, 0x10000};
        static constexpr std::uint32_t kLead[] = {0, 0xc0, 0xe0, 0xf0};
        unsigned more = 3;
        while (point < kFirst[more]) --more;
        out += static_cast<char>(kLead[more] | (point >> (6 * more)));
        while (more-- > 0) out += static_cast<char>(0x80 | ((point >> (6 * more)) & 0x3f));
    };
    const auto unit = [&](std::size_t at) -> std::optional<std::uint32_t> {
        if (at + 6 > raw.size() || raw[at] != '\\' || raw[at + 1] != 'u') return std::nullopt;
        std::uint32_t value = 0;
        for (std::size_t i = at + 2; i < at + 6; ++i) {
            if (!std::isxdigit(static_cast<unsigned char>(raw[i]))) return std::nullopt;
            value = value * 16 + static_cast<std::uint32_t>(std::stoi(std::string{raw[i]}, nullptr, 16));
        }
        return value;
    };
    for (std::size_t at = 1; at + 1 < raw.size(); ++at) {
        if (static_cast<unsigned char>(raw[at]) < 0x20) return std::nullopt;
        if (raw[at] != '\\') {
            out += raw[at];
            continue;
        }
        const auto kind = std::string_view{"\"\\/bfnrt"}.find(raw[at + 1]);
        if (kind != std::string::npos) {
            out += "\"\\/\b\f\n\r\t"[kind];
            ++at;
            continue;
        }
        const auto high = unit(at);
        if (!high) return std::nullopt;
        at += 5;
        if (*high < 0xd800 || *high > 0xdfff) {
            put(*high);
            continue;
        }
        const auto low = *high < 0xdc00 ? unit(at + 1) : std::nullopt;
        if (low && *low >= 0xdc00 && *low <= 0xdfff) {
            put(0x10000 + ((*high - 0xd800) << 10) + (*low - 0xdc00));
            at += 6;
        } else {
            put(0xfffd);
        }
    }
    return out;
}

bool valid(std::string_view text) {
    static simdjson::dom::parser parser;
    const auto tame = tamed(text);
    if (parser.allocate(tame.size() + 64, 2048) != simdjson::SUCCESS) return false;
    return parser.parse(simdjson::padded_string{tame}).error() == simdjson::SUCCESS;
}

std::string minified(std::string_view text) {
    std::string out(text.size() + simdjson::SIMDJSON_PADDING, '\0');
    std::size_t size = 0;
    if (simdjson::minify(text.data(), text.size(), out.data(), size) != simdjson::SUCCESS) return "not to be minified";
    out.resize(size);
    return out;
}

std::string folded(std::string_view name) {
    std::string out;
    for (std::size_t at = 0; at < name.size(); ++at) {
        if (name.substr(at).starts_with("\u017f")) {
            out += 's';
            ++at;
        } else if (name.substr(at).starts_with("\u212a")) {
            out += 'k';
            at += 2;
        } else {
            out += static_cast<char>(std::tolower(static_cast<unsigned char>(name[at])));
        }
    }
    return out;
}

}  // namespace auditfwd::plain
