#include "forwarder/policy/yaml_scalar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <initializer_list>

namespace auditfwd {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool one_of(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::ranges::find(words, text) != words.end();
}

bool is_yes(std::string_view text) {
    return one_of(text, {"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"});
}

bool is_no(std::string_view text) {
    return one_of(text, {"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"});
}

bool is_null(std::string_view text) { return one_of(text, {"", "~", "null", "Null", "NULL"}); }

}  // namespace

bool is_special_float(std::string_view text) {
    if (one_of(text, {".nan", ".NaN", ".NAN"})) return true;
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    return one_of(text, {".inf", ".Inf", ".INF"});
}

namespace {

template <class T>
bool reads_whole(std::string_view digits, int base, T& value) {
    const auto* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, value, base);
    return error == std::errc{} && stop == end;
}

int take_base(std::string_view& digits) {
    constexpr std::string_view kLetters = "xXoObB";
    constexpr std::array<int, 6> kBases{16, 16, 8, 8, 2, 2};
    if (digits.size() < 2 || digits.front() != '0') return 10;
    const auto which = kLetters.find(digits[1]);
    digits.remove_prefix(which == kLetters.npos ? 1 : 2);
    return which == kLetters.npos ? 8 : kBases[which];
}

// Signed or not, in base 2, 8, 10 or 16, if 64 bits hold it.
bool is_integer(std::string_view text) {
    const bool has_sign = text.starts_with('+') || text.starts_with('-');
    const bool negative = text.starts_with('-');
    auto digits = text.substr(has_sign ? 1 : 0);
    const auto base = take_base(digits);
    std::uint64_t value = 0;
    if (reads_whole(digits, base, value)) {
        constexpr std::uint64_t kSignedMax = INT64_MAX;
        return !has_sign || value <= kSignedMax + (negative ? 1 : 0);
    }
    // A second sign is let pass behind 0b.
    if (!text.starts_with("0b")) return false;
    digits = text.substr(2);
    if (digits.starts_with("+") && !digits.starts_with("+-")) digits.remove_prefix(1);
    std::int64_t binary = 0;
    return reads_whole(digits, 2, binary);
}

// Decimal with a fraction, an exponent, both or neither; one too large for a double is a string.
bool is_decimal(std::string_view text) {
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    const auto skip_digits = [](std::string_view& rest) {
        const auto count = static_cast<std::size_t>(std::ranges::find_if_not(rest, is_digit) - rest.begin());
        rest.remove_prefix(count);
        return count;
    };
    auto rest = text;
    const auto whole = skip_digits(rest);
    bool fraction = false;
    if (rest.starts_with('.')) {
        rest.remove_prefix(1);
        fraction = skip_digits(rest) > 0;
    }
    if (whole == 0 && !fraction) return false;
    bool small = false;
    if (rest.starts_with('e') || rest.starts_with('E')) {
        rest.remove_prefix(1);
        small = rest.starts_with('-');
        if (small || rest.starts_with('+')) rest.remove_prefix(1);
        if (skip_digits(rest) == 0) return false;
    }
    if (!rest.empty()) return false;
    double value = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    return result.ec == std::errc{} || small;
}

// Behind a leading point they may stand between digits only; elsewhere anywhere.
bool are_underscores_inside(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool inside = i > 0 && i + 1 < text.size() && is_digit(text[i - 1]) && is_digit(text[i + 1]);
        if (text[i] == '_' && !inside) return false;
    }
    return true;
}

}  // namespace

Node::Kind plain_scalar_kind(std::string_view text) {
    using enum Node::Kind;
    if (is_null(text)) return kNull;
    if (is_yes(text) || is_no(text)) return kBool;
    if (is_special_float(text)) return kNumber;
    const char first = text.front();
    if (first == '.' && !are_underscores_inside(text)) return kString;
    if (first != '+' && first != '-' && first != '.' && !is_digit(first)) return kString;
    std::string digits;
    std::ranges::remove_copy(text, std::back_inserter(digits), '_');
    const bool integer = first != '.' && is_integer(digits);
    return integer || is_decimal(digits) ? kNumber : kString;
}

bool plain_boolean(std::string_view text) { return is_yes(text); }

}  // namespace auditfwd
