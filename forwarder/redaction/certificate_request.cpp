#include "forwarder/redaction/certificate_request.h"

#include <string>

#include "forwarder/redaction/base64.h"

namespace auditfwd {

bool may_hold_challenge(std::string_view pem) {
    const auto label_end = pem.find("-----", 11);
    const auto end = pem.find("-----END ");
    if (label_end == pem.npos || end == pem.npos || end < label_end + 5) return true;
    auto body = pem.substr(label_end + 5, end - label_end - 5);
    std::string digits;
    for (; !body.empty(); body.remove_prefix(1)) {
        if (is_base64(body[0])) {
            digits += body[0];
        } else if (body.starts_with("\\n") || body.starts_with("\\r")) {
            body.remove_prefix(1);
        } else if (body[0] != '\n' && body[0] != '\r' && body[0] != ' ' && body[0] != '=') {
            return true;
        }
    }
    const auto der = decode_base64(digits);
    constexpr std::string_view kChallengePassword =
        "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x07";  // 1.2.840.113549.1.9.7
    return der.empty() || der[0] != 0x30 || der.find(kChallengePassword) != der.npos;
}

}  // namespace auditfwd
