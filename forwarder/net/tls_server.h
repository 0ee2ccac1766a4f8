// The server's side of TLS: certificates from files, replaced when the files change.
//
// TLS 1.2 at least; http/1.1 is the only protocol offered; no session resumption, so that every connection shows a
// certificate that is valid now. A changed file that cannot be used leaves the old ones in force.
// Owner: HttpServer. Thread: any.
#pragma once

#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include <boost/asio/ssl/context.hpp>

#include "forwarder/base/asio.h"
#include "forwarder/base/result.h"
#include "forwarder/net/file_stamp.h"
#include "forwarder/net/http.h"
#include "forwarder/net/tls_options.h"

namespace auditfwd {

class TlsServer {
public:
    // Reads the files. Fails with kInvalid, and names the file. When `certificate_optional`, a client without one gets
    // through the handshake, and is told from others by TlsPeer.
    static Result<std::unique_ptr<TlsServer>> open(TlsServerOptions options, bool certificate_optional);

    // For the next handshake.
    std::shared_ptr<asio::ssl::context> current() const;

    // Reads the files again if one changed since the last call, whatever that gave. True when they are in force.
    Result<bool> reload_if_changed();

    // After a handshake.
    TlsPeer peer(SSL* ssl) const;

    // A word for metrics; of a handshake that failed.
    static std::string_view reason(SSL* ssl, const boost::system::error_code& error);

private:
    TlsServer(TlsServerOptions options, bool certificate_optional);
    std::vector<FileStamp> stamps() const;
    Result<std::shared_ptr<asio::ssl::context>> load() const;

    const TlsServerOptions options_;
    const bool certificate_optional_;
    std::vector<FileStamp> tried_;  // what the last attempt saw; one thread at a time reloads
    mutable std::mutex mutex_;
    std::shared_ptr<asio::ssl::context> current_;
};

}  // namespace auditfwd
