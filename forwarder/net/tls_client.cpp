#include "forwarder/net/tls_client.h"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <csignal>

#include <boost/asio/error.hpp>

#include "forwarder/base/assert.h"

namespace auditfwd {

namespace ssl = asio::ssl;

Result<std::shared_ptr<ssl::context>> TlsClient::current() {
    const auto stamp = stamp_of(ca_file_);
    if (context_ && stamp == seen_) return context_;
    auto loaded = load();
    if (loaded) {
        context_ = *loaded;
        seen_ = stamp;
    }
    // A file that is being replaced does not end what works.
    if (!loaded && context_) return context_;
    return loaded;
}

Result<std::shared_ptr<ssl::context>> TlsClient::load() const {
    // OpenSSL writes to sockets as to files: a server that left would end the program.
    std::signal(SIGPIPE, SIG_IGN);
    auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
    auto* native = context->native_handle();
    CHECK(SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION) == 1);
    SSL_CTX_set_options(native, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_read_ahead(native, 1);
    SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_verify(native, SSL_VERIFY_PEER, nullptr);
    constexpr unsigned char kHttp11[] = "\x08http/1.1";  // as ALPN writes it
    CHECK(SSL_CTX_set_alpn_protos(native, kHttp11, sizeof kHttp11 - 1) == 0);
    boost::system::error_code error;
    if (ca_file_.empty()) {
        context->set_default_verify_paths(error);
        if (error) return Error{ErrorCode::kInvalid, "the system's CA certificates: " + error.message()};
        return context;
    }
    context->load_verify_file(ca_file_.string(), error);
    if (error) return Error{ErrorCode::kInvalid, "CA file " + ca_file_.string() + ": " + error.message()};
    return context;
}

std::string TlsClient::reason(SSL* ssl, const boost::system::error_code& error) {
    if (error == asio::error::timed_out) return "TLS handshake: not in time";
    const auto verified = SSL_get_verify_result(ssl);
    if (verified != X509_V_OK)
        return std::string{"the server's certificate: "} + X509_verify_cert_error_string(verified);
    return "TLS handshake: " + error.message();
}

}  // namespace auditfwd
