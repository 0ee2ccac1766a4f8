// The client's side of TLS: whom it trusts.
//
// TLS 1.2 at least; http/1.1 is the only protocol offered. The server's certificate must be signed by a CA of the
// system, or of the file given, which then is the only one trusted, and bear the name that was asked for.
// Owner: HttpClient. Thread: one at a time.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include <boost/asio/ssl/context.hpp>

#include "forwarder/base/asio.h"
#include "forwarder/base/result.h"
#include "forwarder/net/file_stamp.h"

namespace auditfwd {

class TlsClient {
public:
    // `ca_file` is PEM; empty: the system's CAs.
    explicit TlsClient(std::filesystem::path ca_file) : ca_file_{std::move(ca_file)} {}

    // For the next handshake; the file is read again when it has changed. Fails with kInvalid, and names the file.
    Result<std::shared_ptr<asio::ssl::context>> current();

    // What went wrong with a handshake, for a person.
    static std::string reason(SSL* ssl, const boost::system::error_code& error);

private:
    Result<std::shared_ptr<asio::ssl::context>> load() const;

    const std::filesystem::path ca_file_;
    FileStamp seen_;
    std::shared_ptr<asio::ssl::context> context_;
};

}  // namespace auditfwd
