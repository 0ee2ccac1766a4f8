#include "forwarder/source/webhook/authenticate.h"

namespace auditfwd {

std::string_view to_string(AuthFailure failure) {
    switch (failure) {
        case AuthFailure::kMissing:
            return "missing";
        case AuthFailure::kMalformed:
            return "malformed";
        case AuthFailure::kUnknownToken:
            return "unknown_token";
        case AuthFailure::kCertificateName:
            return "certificate_name";
    }
    return "unknown";
}

std::variant<Peer, AuthFailure> authenticate(const HttpRequest& request, const Accepts& accepts) {
    if (!accepts.tokens && !accepts.certificates) return Peer{};
    if (accepts.tokens && !request.authorization.empty()) {
        const auto token = bearer_token(request.authorization);
        if (!token) return AuthFailure::kMalformed;
        const auto* entry = accepts.tokens->find(*token);
        if (!entry) return AuthFailure::kUnknownToken;
        return Peer{entry->label, entry};
    }
    if (!accepts.certificates || !request.peer.has_certificate) return AuthFailure::kMissing;
    if (request.peer.name.empty()) return AuthFailure::kCertificateName;
    return Peer{request.peer.name, nullptr};
}

}  // namespace auditfwd
