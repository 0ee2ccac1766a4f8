// The bytes of one connection, plain or TLS, with a limit on every wait.
//
// TLS is OpenSSL on the socket itself: Asio's stream would hold 68 KiB of buffers for each connection beside OpenSSL's.
// Owner: the session. Thread: the lane's. Every wait honours terminal cancellation: it ends with kCancelled, and the
// next co_await throws.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <boost/asio/ip/tcp.hpp>

#include "forwarder/base/asio.h"
#include "forwarder/base/result.h"
#include "forwarder/net/watchdog.h"

namespace auditfwd {

class Stream {
public:
    // Without `tls` the bytes are plain.
    Stream(asio::ip::tcp::socket socket, SSL_CTX* tls);
    // The client's side: with `tls`, the certificate must be one of `server`, a name or an address.
    Stream(asio::ip::tcp::socket socket, SSL_CTX* tls, const std::string& server);

    // Before anything else when is_tls(). The error is OpenSSL's, or asio::error::timed_out (tls_server.h names it).
    Task<boost::system::error_code> handshake(SteadyTime until);

    // At least one byte, or 0 when the other side has ended its sending. Fails with kTimeout (the stream stays usable)
    // and kCancelled (the connection is gone).
    Task<Result<std::size_t>> read_some(std::span<char> into, SteadyTime until);
    // All of it, or a failure, after which nothing more may be written.
    Task<Result<std::size_t>> write(std::string_view bytes, SteadyTime until);
    // Ends sending, then reads and throws away what still comes, up to `bytes_max` and until `until`: a connection that
    // is closed with unread bytes is reset, and the other side may never see our last answer. `scratch` is read into.
    Task<void> drain(std::span<char> scratch, std::size_t bytes_max, SteadyTime until);

    // Nothing will be awaited for a while: leaves no timer behind.
    void rest() { watchdog_.rest(); }
    // Ends the read in hand with kTimeout.
    void interrupt() { watchdog_.fire(); }
    // Bytes have arrived that were not read.
    bool has_input() const;
    // Of a connection on which nothing is awaited: the other side has ended it, or sent something. Looks at the socket,
    // and at TLS' own messages, which do not count.
    bool is_stale();

    bool is_tls() const { return ssl_ != nullptr; }
    SSL* ssl() { return ssl_.get(); }

private:
    struct FreeSsl {
        void operator()(SSL* ssl) const { SSL_free(ssl); }
    };

    Error failure(const boost::system::error_code& error) const;
    Task<boost::system::error_code> wait_as_asked(int returned);

    asio::ip::tcp::socket socket_;
    Watchdog watchdog_;
    std::unique_ptr<SSL, FreeSsl> ssl_;
    std::size_t read_at_a_stretch_ = 0;  // bytes of TLS, without having waited
};

}  // namespace auditfwd
