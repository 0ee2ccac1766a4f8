#include "codecs/json_text.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstring>

namespace auditfwd {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?
bool is_number(std::string_view text) {
    std::size_t at = 0;
    const auto peek = [&] { return at < text.size() ? text[at] : '\0'; };
    const auto digits = [&] {
        const auto from = at;
        while (is_digit(peek())) ++at;
        return at != from;
    };
    if (peek() == '-') ++at;
    if (peek() == '0')
        ++at;
    else if (!digits())
        return false;
    if (peek() == '.' && (++at, !digits())) return false;
    if (peek() == 'e' || peek() == 'E') {
        ++at;
        if (peek() == '+' || peek() == '-') ++at;
        if (!digits()) return false;
    }
    return at == text.size();
}

int hex_value(char c) {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// The four digits behind "\u"; -1 when they are not.
int code_unit(std::string_view text) {
    if (text.size() < 4) return -1;
    int value = 0;
    for (int i = 0; i < 4; ++i) {
        const auto digit = hex_value(text[static_cast<std::size_t>(i)]);
        if (digit < 0) return -1;
        value = value * 16 + digit;
    }
    return value;
}

char* put_utf8(char* out, std::uint32_t point) {
    const auto put = [&](std::uint32_t byte) { *out++ = static_cast<char>(byte); };
    if (point < 0x80) {
        put(point);
    } else if (point < 0x800) {
        put(0xc0 | (point >> 6));
        put(0x80 | (point & 0x3f));
    } else if (point < 0x10000) {
        put(0xe0 | (point >> 12));
        put(0x80 | ((point >> 6) & 0x3f));
        put(0x80 | (point & 0x3f));
    } else {
        put(0xf0 | (point >> 18));
        put(0x80 | ((point >> 12) & 0x3f));
        put(0x80 | ((point >> 6) & 0x3f));
        put(0x80 | (point & 0x3f));
    }
    return out;
}

// Behind "\u"; takes a second escape where the first is half of a pair. False: not four digits.
bool unescape_code_point(std::string_view& rest, char*& out) {
    const auto unit = code_unit(rest);
    if (unit < 0) return false;
    rest.remove_prefix(4);
    auto point = static_cast<std::uint32_t>(unit);
    if (point >= 0xd800 && point < 0xe000) {
        const auto low = point < 0xdc00 && rest.starts_with("\\u") ? code_unit(rest.substr(2)) : -1;
        if (low >= 0xdc00 && low < 0xe000) {
            point = 0x10000 + ((point - 0xd800) << 10) + (static_cast<std::uint32_t>(low) - 0xdc00);
            rest.remove_prefix(6);
        } else {
            point = 0xfffd;
        }
    }
    out = put_utf8(out, point);
    return true;
}

}  // namespace

bool is_scalar(std::string_view text) {
    if (text.empty()) return false;
    switch (text[0]) {
        case 't':
            return text == "true";
        case 'f':
            return text == "false";
        case 'n':
            return text == "null";
        default:
            return is_number(text);
    }
}

std::optional<std::size_t> unescape(std::string_view content, char* out) {
    const auto* const begin = out;
    while (!content.empty()) {
        const auto c = content[0];
        content.remove_prefix(1);
        if (static_cast<unsigned char>(c) < 0x20) return std::nullopt;
        if (c != '\\') {
            *out++ = c;
            continue;
        }
        if (content.empty()) return std::nullopt;
        const auto kind = content[0];
        content.remove_prefix(1);
        switch (kind) {
            case '"':
            case '\\':
            case '/':
                *out++ = kind;
                break;
            case 'b':
                *out++ = '\b';
                break;
            case 'f':
                *out++ = '\f';
                break;
            case 'n':
                *out++ = '\n';
                break;
            case 'r':
                *out++ = '\r';
                break;
            case 't':
                *out++ = '\t';
                break;
            case 'u':
                if (!unescape_code_point(content, out)) return std::nullopt;
                break;
            default:
                return std::nullopt;
        }
    }
    return static_cast<std::size_t>(out - begin);
}

void append_quoted(std::string& out, std::string_view text) {
    out += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20) {
            constexpr char kHex[] = "0123456789abcdef";
            const char escape[] = {'\\', 'u', '0', '0', kHex[byte >> 4], kHex[byte & 15]};
            out.append(escape, sizeof escape);
            continue;
        }
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    out += '"';
}

namespace {

constexpr std::uint32_t kNoLetter = 0xfffd;

// One character of a string's content, as far as names care: ASCII and what folds to it.
std::uint32_t take_letter(std::string_view& content) {
    constexpr std::string_view kLongS = "\u017f", kKelvin = "\u212a";
    std::size_t bytes = 1;
    auto letter = static_cast<std::uint32_t>(static_cast<unsigned char>(content[0]));
    if (letter >= 0x80) {
        letter = kNoLetter;
        if (content.starts_with(kLongS)) letter = 0x17f, bytes = kLongS.size();
        if (content.starts_with(kKelvin)) letter = 0x212a, bytes = kKelvin.size();
    } else if (letter == '\\') {
        char value[4];
        bytes = content.starts_with("\\u") ? 6 : 2;
        letter = kNoLetter;
        if (bytes == 6) {
            const auto unit = code_unit(content.substr(2));
            if (unit >= 0) letter = static_cast<std::uint32_t>(unit);
        } else if (unescape(content.substr(0, 2), value) == 1) {
            letter = static_cast<std::uint32_t>(static_cast<unsigned char>(value[0]));
        }
    }
    content.remove_prefix(std::min(bytes, content.size()));
    return letter;
}

std::uint32_t fold(std::uint32_t letter) {
    if (letter >= 'A' && letter <= 'Z') return letter - 'A' + 'a';
    if (letter == 0x17f) return 's';
    if (letter == 0x212a) return 'k';
    return letter;
}

}  // namespace

std::optional<std::string_view> behind_name(std::string_view content, std::string_view name, Letters letters) {
    for (const char expected : name) {
        if (content.empty()) return std::nullopt;
        const auto letter = take_letter(content);
        const auto wanted = static_cast<std::uint32_t>(expected);
        if (letter != wanted && (letters == Letters::kExact || fold(letter) != fold(wanted))) return std::nullopt;
    }
    return content;
}

std::optional<int> parse_int(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::int64_t parse_time_ms(std::string_view text) {
    using namespace std::chrono;
    std::size_t at = 0;
    bool good = true;
    const auto number = [&](std::size_t digits) {
        int value = 0;
        for (const auto end = at + digits; at < end; ++at) {
            if (at >= text.size() || !is_digit(text[at])) return good = false, 0;
            value = value * 10 + (text[at] - '0');
        }
        return value;
    };
    const auto expect = [&](std::string_view any) {
        good = good && at < text.size() && any.find(text[at]) != any.npos;
        ++at;
    };
    const auto year_number = number(4);
    expect("-");
    const auto month_number = number(2);
    expect("-");
    const auto day_number = number(2);
    expect("Tt ");
    const auto hours_number = number(2);
    expect(":");
    const auto minutes_number = number(2);
    expect(":");
    const auto seconds_number = number(2);
    if (!good || hours_number > 23 || minutes_number > 59 || seconds_number > 60) return 0;
    int fraction = 0, scale = 100;
    if (at < text.size() && text[at] == '.') {
        for (++at; at < text.size() && is_digit(text[at]); ++at, scale /= 10) fraction += (text[at] - '0') * scale;
    }
    int offset = 0;  // minutes east
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) {
        const auto sign = text[at++] == '-' ? -1 : 1;
        offset = 60 * number(2);
        expect(":");
        offset = sign * (offset + number(2));
    } else {
        expect("Zz");
    }
    const year_month_day date{year{year_number}, month{static_cast<unsigned>(month_number)},
                              day{static_cast<unsigned>(day_number)}};
    if (!good || at != text.size() || !date.ok()) return 0;
    const auto time = sys_days{date} + hours{hours_number} + minutes{minutes_number - offset} + seconds{seconds_number};
    return duration_cast<milliseconds>(time.time_since_epoch()).count() + fraction;
}

std::size_t minify(char* text, std::size_t bytes) {
    char* out = text;
    const char* const end = text + bytes;
    for (const char* at = text; at < end;) {
        if (*at == '"') {
            const char* close = at + 1;
            while (close < end && *close != '"') close += *close == '\\' ? 2 : 1;
            const auto size = static_cast<std::size_t>((close < end ? close + 1 : end) - at);
            std::memmove(out, at, size);
            out += size;
            at += size;
        } else if (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t') {
            ++at;
        } else {
            *out++ = *at++;
        }
    }
    return static_cast<std::size_t>(out - text);
}

}  // namespace auditfwd
