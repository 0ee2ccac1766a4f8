// Bearer tokens and the clusters they may speak for. Pure.
//
// A table keeps hashes, never tokens. Thread: any; a table does not change.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "forwarder/base/crypto.h"
#include "forwarder/base/result.h"

namespace auditfwd {

class TokenTable {
public:
    // Lines "token cluster[,cluster]", `*` for any cluster; empty lines and lines that begin with '#' count for
    // nothing. Fails with kInvalid, and names the line, never the token. A table without any token is an error too: it
    // would be a file caught while it is written.
    static Result<TokenTable> parse(std::string_view text);

    struct Entry {
        Sha256 hash;                        // of the token
        std::string label;                  // "token-" and 8 hex digits: names the token without helping to guess it
        std::vector<std::string> clusters;  // empty: any

        bool may_speak_for(std::string_view cluster) const;
    };

    // The entry of a token. Takes the same time whichever matches, or none.
    const Entry* find(std::string_view token) const;

    std::size_t size() const { return entries_.size(); }

private:
    std::vector<Entry> entries_;
};

// The token of an Authorization header, "Bearer <token>"; nothing when it is of another form.
std::optional<std::string_view> bearer_token(std::string_view authorization);

}  // namespace auditfwd
