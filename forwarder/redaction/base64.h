// Base64 as RFC 4648 writes it, read tolerantly: both alphabets, padding or none. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace auditfwd {

struct Base64Digits {
    std::array<std::int8_t, 256> value;
    constexpr Base64Digits() : value{} {
        value.fill(-1);
        constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        for (std::size_t i = 0; i < kDigits.size(); ++i)
            value[static_cast<unsigned char>(kDigits[i])] = static_cast<std::int8_t>(i);
        value['-'] = 62;
        value['_'] = 63;
    }
};
inline constexpr Base64Digits kBase64Digits;

inline bool is_base64(char c) { return kBase64Digits.value[static_cast<unsigned char>(c)] >= 0; }

// What the digits at the beginning of `text` encode; it ends at the first character that is none.
std::string decode_base64(std::string_view text);

}  // namespace auditfwd
