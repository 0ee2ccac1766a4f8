#include "forwarder/redaction/replacement.h"

#include <algorithm>
#include <span>

#include "forwarder/base/crypto.h"

namespace auditfwd {

namespace {

constexpr std::string_view kPlain = "<redacted>";
constexpr std::string_view kHashed = "<redacted:";
constexpr std::size_t kHashBytes = 16;

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

}  // namespace

void Replacement::append_to(std::string& out, std::string_view value) const {
    if (!hashes()) {
        out += kPlain;
        return;
    }
    const auto hash = hmac_sha256(hash_key_, value);
    out += kHashed;
    out += to_hex(std::span{hash}.first<kHashBytes>());
    out += '>';
}

bool Replacement::is_one(std::string_view text) {
    if (text == kPlain) return true;
    if (text.size() != kHashed.size() + 2 * kHashBytes + 1 || !text.starts_with(kHashed) || text.back() != '>')
        return false;
    const auto hex = text.substr(kHashed.size(), 2 * kHashBytes);
    return std::all_of(hex.begin(), hex.end(), is_hex);
}

}  // namespace auditfwd
