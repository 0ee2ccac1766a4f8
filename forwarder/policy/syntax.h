// Small grammars of Kubernetes names.
#pragma once

#include <string_view>

namespace auditfwd {

// A lower-case DNS subdomain of up to 253 characters.
bool is_dns_subdomain(std::string_view text);
// [subdomain/]name, the name up to 63 of letters, digits, `-`, `_`, `.`, a letter or digit at both ends.
bool is_label_key(std::string_view text);
// Empty, or like the name of a key.
bool is_label_value(std::string_view text);
// A decimal number of 64 bits with an optional sign.
bool is_int64(std::string_view text);

}  // namespace auditfwd
