// Settings of a webhook source.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

#include "forwarder/net/tls_options.h"
#include "forwarder/spool/spool.h"

namespace auditfwd {

struct WebhookOptions {
    std::string name = "webhook";           // in records and metrics
    std::string cluster = "default";        // for POST / and /audit; POST /audit/<cluster> names another
    std::string listen = "127.0.0.1:9880";  // address:port, [v6]:port; port 0 takes a free one
    std::optional<TlsServerOptions> tls;
    std::filesystem::path tokens_file;  // lines "token cluster[,cluster]"; empty: no bearer tokens
    bool insecure = false;              // allows listening beyond loopback without TLS and authentication
    bool trusted = false;               // the senders are auditfwd themselves
    std::size_t body_bytes_max = 0;     // 0: a fifth of the memory
    unsigned connections_max = 1024;
    Durability durability = Durability::kSync;
};

}  // namespace auditfwd
