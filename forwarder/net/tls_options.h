// Settings of a TLS server.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace auditfwd {

// Files are PEM, and are read again when they change.
struct TlsServerOptions {
    std::filesystem::path certificate;  // chain, leaf first
    std::filesystem::path key;
    std::filesystem::path client_ca;         // empty: no client certificates are asked for
    std::vector<std::string> allowed_names;  // common names or DNS names of client certificates; empty: any of the CA
};

}  // namespace auditfwd
