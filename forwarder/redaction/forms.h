// Credentials known by their form, whatever they are called: JSON Web Tokens, PEM private keys (base64 of them too),
// AWS keys, EKS tokens, passwords in URLs and secret-bearing parameters behind them, bearer and basic headers,
// manifests of Secrets in YAML, gzip in base64 (what Helm stores), certificate requests with a challenge password.
//
// Pure; thread: any. Time is linear in the text, whatever it is.
#pragma once

#include <cstdint>
#include <string_view>

#include "codecs/edits.h"

namespace auditfwd {

struct Finding {
    enum class Kind : std::uint8_t {
        kNothing,
        kPart,    // `range` goes; it is inside a string's content and splits no escape
        kString,  // the string around goes as a whole
        kEscape,  // an escape that hides a character which needs none: the string around has to be read unescaped
        kJson,    // the string around begins as JSON does, perhaps
    };
    Kind kind = Kind::kNothing;
    TextRange range{};
    std::uint32_t parameters = 0;  // where further parameters of the same URL begin: to be asked for; 0: none
};

// Looks at a position where FormScan stopped. [begin, end) is what may be looked at: JSON text, or a plain text as
// `plain` says, in which nothing is escaped. Eight bytes behind `end` are readable.
struct FormText {
    std::string_view text;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    bool plain = false;
    // Up to where it is known that there is no JWT, no URL's parameter, no base64 of PEM: so that a text in which one
    // seems to begin again and again is read once.
    std::uint32_t no_token_before = 0;
    std::uint32_t no_parameter_before = 0;
    std::uint32_t no_pem_before = 0;
};
Finding look_at(FormText& in, std::uint32_t at);
// The next secret parameter of a URL, from `at` on.
Finding next_parameter(FormText& in, std::uint32_t at);

// Whether a plain text holds one anywhere. 34 bytes behind it are readable.
bool holds_credential(std::string_view plain);

// Whether a parameter of that name (decoded) holds a credential: token, access_token, sig, X-Amz-Signature, …
bool is_secret_parameter(std::string_view name);

}  // namespace auditfwd
