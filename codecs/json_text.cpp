#include "codecs/json_text.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <chrono>
#include <cstring>

namespace auditfwd {

namespace {

// Copies what stands before the first backslash or control character; how many bytes that were.
std::size_t copy_plain(std::string_view content, char* out) {
    constexpr std::uint64_t kOnes = 0x0101010101010101, kTops = kOnes << 7;
    std::size_t at = 0;
    for (; at + 8 <= content.size(); at += 8) {
        std::uint64_t word;
        std::memcpy(&word, content.data() + at, sizeof word);
        std::memcpy(out + at, &word, sizeof word);
        const auto backslash = word ^ (kOnes * static_cast<unsigned char>('\\'));
        // The lowest mark of each is one for certain; those above it may be there without reason.
        const auto marks = (((backslash - kOnes) & ~backslash) | ((word - kOnes * 0x20) & ~word)) & kTops;
        if (marks != 0) return at + static_cast<std::size_t>(std::countr_zero(marks)) / 8;
    }
    for (; at < content.size(); ++at) {
        if (content[at] == '\\' || static_cast<unsigned char>(content[at]) < 0x20) break;
        out[at] = content[at];
    }
    return at;
}

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

struct HexDigits {
    std::array<std::int8_t, 256> value;
    constexpr HexDigits() : value{} {
        value.fill(-1);
        for (int i = 0; i < 10; ++i) value[static_cast<std::size_t>('0' + i)] = static_cast<std::int8_t>(i);
        for (int i = 0; i < 6; ++i) {
            value[static_cast<std::size_t>('a' + i)] = value[static_cast<std::size_t>('A' + i)] =
                static_cast<std::int8_t>(10 + i);
        }
    }
};
constexpr HexDigits kHexDigits;

// The four digits behind "\u"; -1 when they are not.
int code_unit(std::string_view text) {
    if (text.size() < 4) return -1;
    const auto digit = [&](std::size_t i) { return int{kHexDigits.value[static_cast<unsigned char>(text[i])]}; };
    const int a = digit(0), b = digit(1), c = digit(2), d = digit(3);
    return (a | b | c | d) < 0 ? -1 : a << 12 | b << 8 | c << 4 | d;
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
    for (;;) {
        const auto plain = copy_plain(content, out);
        out += plain;
        content.remove_prefix(plain);
        if (content.empty()) return static_cast<std::size_t>(out - begin);
        if (content[0] != '\\' || content.size() == 1) return std::nullopt;
        const auto kind = content[1];
        content.remove_prefix(2);
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

std::optional<std::string_view> behind_disguised_name(std::string_view content, std::string_view name,
                                                      Letters letters) {
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

namespace {

// The number in `digits` characters at `text`; above 99,999 when one of them is no digit.
int number_at(const char* text, int digits) {
    unsigned value = 0, bad = 0;
    for (int i = 0; i < digits; ++i) {
        const auto digit = static_cast<unsigned char>(text[i]) - unsigned{'0'};
        bad |= digit > 9 ? 1u : 0u;
        value = value * 10 + (digit & 15);
    }
    return static_cast<int>(value + bad * 100'000);
}

}  // namespace

std::int64_t parse_time_ms(std::string_view text) {
    using namespace std::chrono;
    constexpr std::string_view kShape = "0000-00-00T00:00:00";
    if (text.size() <= kShape.size()) return 0;
    const char* const at = text.data();
    const int year_number = number_at(at, 4), month_number = number_at(at + 5, 2), day_number = number_at(at + 8, 2);
    const int hour = number_at(at + 11, 2), minute = number_at(at + 14, 2), second = number_at(at + 17, 2);
    const bool shape = at[4] == '-' && at[7] == '-' && at[13] == ':' && at[16] == ':' &&
                       (at[10] == 'T' || at[10] == 't' || at[10] == ' ');
    if (!shape || year_number > 9999 || month_number > 12 || day_number > 31) return 0;
    const year_month_day date{year{year_number}, month{static_cast<unsigned>(month_number)},
                              day{static_cast<unsigned>(day_number)}};
    if (!date.ok() || hour > 23 || minute > 59 || second > 60) return 0;
    text.remove_prefix(kShape.size());
    int fraction = 0;
    if (text[0] == '.') {
        text.remove_prefix(1);
        for (int scale = 100; !text.empty() && is_digit(text[0]); text.remove_prefix(1), scale /= 10)
            fraction += (text[0] - '0') * scale;
    }
    int offset = 0;  // minutes east
    if (text.size() == 6 && (text[0] == '+' || text[0] == '-') && text[3] == ':') {
        offset = (number_at(text.data() + 1, 2) * 60 + number_at(text.data() + 4, 2)) * (text[0] == '-' ? -1 : 1);
        if (offset < -24 * 60 || offset > 24 * 60) return 0;
    } else if (text != "Z" && text != "z") {
        return 0;
    }
    const auto time = sys_days{date} + hours{hour} + minutes{minute - offset} + seconds{second};
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
