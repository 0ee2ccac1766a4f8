// Who sends a request, judged by its token or its client certificate. Pure.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "forwarder/net/http.h"
#include "forwarder/source/webhook/tokens.h"

namespace auditfwd {

// What a source accepts; either is enough. With neither, anybody is welcome and nameless.
struct Accepts {
    const TokenTable* tokens = nullptr;  // null: no tokens are looked at
    bool certificates = false;
};

struct Peer {
    std::string name;                          // for records; empty when nameless
    const TokenTable::Entry* token = nullptr;  // lives as long as the table

    // A certificate's bearer may, for any cluster; a token's, for those of its line.
    bool may_speak_for(std::string_view cluster) const { return !token || token->may_speak_for(cluster); }
};

enum class AuthFailure { kMissing, kMalformed, kUnknownToken, kCertificateName };
std::string_view to_string(AuthFailure failure);  // for metrics

// A token that is sent must be right, whatever the certificate says.
std::variant<Peer, AuthFailure> authenticate(const HttpRequest& request, const Accepts& accepts);

}  // namespace auditfwd
