// The transformers of fields.
#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

#include "forwarder/detection/check.h"

namespace auditfwd::detection {

namespace {

constexpr std::uint8_t kNone = 0xFF;

constexpr std::array<std::uint8_t, 256> base64_values() {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::array<std::uint8_t, 256> out{};
    out.fill(kNone);
    for (std::size_t i = 0; i < alphabet.size(); ++i) {
        out[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
    }
    return out;
}

// Padding may be absent. False: other characters, or a length that no bytes have.
bool decode_base64(std::string_view text, std::string& out) {
    static constexpr auto kValues = base64_values();
    while (text.ends_with('=')) text.remove_suffix(1);
    if (text.size() % 4 == 1) return false;
    out.clear();
    std::uint32_t bits = 0;
    unsigned have = 0;
    for (const char c : text) {
        const auto value = kValues[static_cast<unsigned char>(c)];
        if (value == kNone) return false;
        bits = bits << 6 | value;
        have += 6;
        if (have >= 8) {
            have -= 8;
            out += static_cast<char>(bits >> have & 0xFF);
        }
    }
    return true;
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// As in a query: `+` is a blank. What is no escape stays, so that nothing hides behind a bad one.
void decode_url(std::string_view text, std::string& out) {
    out.clear();
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
        const auto low = high >= 0 ? hex_digit(text[i + 2]) : -1;
        if (low >= 0) {
            out += static_cast<char>(high << 4 | low);
            i += 2;
        } else {
            out += text[i] == '+' ? ' ' : text[i];
        }
    }
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

}  // namespace

bool TransformedValues::read(const FieldUse& use, FieldSource& source) {
    values_ = source.get(use.field);
    if (!values_.present()) return false;
    if (use.transforms.empty()) return true;
    const auto all = values_.all();
    views_.assign(all.begin(), all.end());
    if (buffers_.size() < views_.size()) buffers_.resize(views_.size());
    for (const auto step : use.transforms) {
        if (step == Transform::kLength) {  // the last one: nothing takes a number
            number_ = use.is_list ? views_.size() : views_.front().size();
            return true;
        }
        for (std::size_t i = 0; i < views_.size(); ++i) {
            if (!transform(step, i)) return false;
        }
    }
    values_ = {views_.data(), static_cast<std::uint32_t>(views_.size())};
    return true;
}

bool TransformedValues::transform(Transform step, std::size_t i) {
    auto& view = views_[i];
    std::string out;
    switch (step) {
        case Transform::kBasename: {
            const auto slash = view.rfind('/');
            if (slash != view.npos) view.remove_prefix(slash + 1);
            return true;
        }
        case Transform::kLower:
        case Transform::kUpper:
            out.resize(view.size());
            std::ranges::transform(view, out.begin(), step == Transform::kLower ? lower : upper);
            break;
        case Transform::kBase64:
            if (!decode_base64(view, out)) return false;
            break;
        case Transform::kUrlDecode:
            decode_url(view, out);
            break;
        case Transform::kLength:
        case Transform::kValue:
            return true;
    }
    buffers_[i] = std::move(out);
    view = buffers_[i];
    return true;
}

}  // namespace auditfwd::detection
