// What stands where a secret value stood: `<redacted>`, or a keyed hash of it.
//
// Pure. The text has no character that JSON or a URL would escape differently; replacing it again changes nothing.
#pragma once

#include <string>
#include <string_view>

namespace auditfwd {

class Replacement {
public:
    // With a key: `<redacted:` and 32 hex digits of the value's HMAC-SHA-256, so that equal values stay equal.
    explicit Replacement(std::string hash_key = {}) : hash_key_{std::move(hash_key)} {}

    // Appends it for `value` (JSON-unescaped where it can be).
    void append_to(std::string& out, std::string_view value) const;
    bool hashes() const { return !hash_key_.empty(); }

    // Whether a text is one, and nothing else.
    static bool is_one(std::string_view text);

private:
    std::string hash_key_;
};

}  // namespace auditfwd
