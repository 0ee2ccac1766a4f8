#include "forwarder/net/tls_server.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <csignal>
#include <string>

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>

#include "forwarder/base/assert.h"
#include "forwarder/base/crypto.h"

namespace auditfwd {

namespace ssl = asio::ssl;

namespace {

constexpr std::size_t kNameBytesMax = 256;
constexpr unsigned char kHttp11[] = "\x08http/1.1";  // as ALPN writes it

template <class T, void (*free)(T*)>
struct Freed {
    void operator()(T* what) const { free(what); }
};
using Certificate = std::unique_ptr<X509, Freed<X509, X509_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, Freed<GENERAL_NAMES, GENERAL_NAMES_free>>;

// Clients offer h2 as well; who offers only that cannot be talked to.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_bytes, const unsigned char* offered,
                    unsigned offered_bytes, void*) {
    unsigned char* out = nullptr;
    if (SSL_select_next_proto(&out, chosen_bytes, kHttp11, sizeof kHttp11 - 1, offered, offered_bytes) !=
        OPENSSL_NPN_NEGOTIATED) {
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    }
    *chosen = out;
    return SSL_TLSEXT_ERR_OK;
}

Error failed(const boost::system::error_code& error, const char* key, const std::filesystem::path& path) {
    return {ErrorCode::kInvalid, std::string{key} + " " + path.string() + ": " + error.message()};
}

std::string text_of(const ASN1_STRING* string) {
    unsigned char* utf8 = nullptr;
    const int bytes = ASN1_STRING_to_UTF8(&utf8, string);
    if (bytes < 0) return {};
    std::string text{reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(bytes)};
    OPENSSL_free(utf8);
    // A name made to be read in two ways is none; nor is one that no directory or DNS could hold.
    if (text.find('\0') != text.npos || text.size() > kNameBytesMax) return {};
    return text;
}

// Common name first, then DNS names; only those that can be compared as text.
std::vector<std::string> names_of(X509* certificate) {
    std::vector<std::string> names;
    const auto* subject = X509_get_subject_name(certificate);
    const int place = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (place >= 0) names.push_back(text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, place))));
    const Names others{
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr))};
    for (int i = 0; i < sk_GENERAL_NAME_num(others.get()); ++i) {
        const auto* name = sk_GENERAL_NAME_value(others.get(), i);
        if (name->type == GEN_DNS) names.push_back(text_of(name->d.dNSName));
    }
    std::erase(names, "");
    return names;
}

// For a certificate that names nobody.
std::string fingerprint(X509* certificate) {
    Sha256 digest;
    CHECK(X509_digest(certificate, EVP_sha256(), digest.data(), nullptr) == 1);
    return "certificate-" + to_hex(digest).substr(0, 16);
}

}  // namespace

TlsServer::TlsServer(TlsServerOptions options, bool certificate_optional)
    : options_{std::move(options)}, certificate_optional_{certificate_optional} {}

Result<std::unique_ptr<TlsServer>> TlsServer::open(TlsServerOptions options, bool certificate_optional) {
    // OpenSSL writes to sockets as to files: a client that left would end the program.
    std::signal(SIGPIPE, SIG_IGN);
    std::unique_ptr<TlsServer> server{new TlsServer{std::move(options), certificate_optional}};
    server->tried_ = server->stamps();
    TRY(server->current_, server->load());
    return server;
}

std::shared_ptr<ssl::context> TlsServer::current() const {
    const std::lock_guard lock{mutex_};
    return current_;
}

std::vector<FileStamp> TlsServer::stamps() const {
    return {stamp_of(options_.certificate), stamp_of(options_.key), stamp_of(options_.client_ca)};
}

Result<bool> TlsServer::reload_if_changed() {
    auto seen = stamps();
    if (seen == tried_) return false;
    tried_ = std::move(seen);
    TRY(auto loaded, load());
    const std::lock_guard lock{mutex_};
    current_ = std::move(loaded);
    return true;
}

Result<std::shared_ptr<ssl::context>> TlsServer::load() const {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
    auto* native = context->native_handle();
    CHECK(SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION) == 1);
    CHECK(SSL_CTX_set_cipher_list(native, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1);  // of TLS 1.2
    SSL_CTX_set_options(native, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET);
    // A client that just closes its socket has ended its sending too: whether a request was whole, its framing says.
    SSL_CTX_set_options(native, SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_read_ahead(native, 1);  // a record in one read, not in two
    SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(native, 0);
    SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_alpn_select_cb(native, choose_protocol, nullptr);
    // An encrypted key fails; OpenSSL's own way would be to ask at the terminal.
    SSL_CTX_set_default_passwd_cb(native, [](char*, int, int, void*) { return -1; });

    boost::system::error_code error;
    context->use_certificate_chain_file(options_.certificate.string(), error);
    if (error) return failed(error, "tls.certificate", options_.certificate);
    context->use_private_key_file(options_.key.string(), ssl::context::pem, error);
    if (error) return failed(error, "tls.key", options_.key);
    if (options_.client_ca.empty()) return context;
    context->load_verify_file(options_.client_ca.string(), error);
    if (error) return failed(error, "tls.client_ca", options_.client_ca);
    // The names of the CAs help clients that have several certificates to choose.
    SSL_CTX_set_client_CA_list(native, SSL_load_client_CA_file(options_.client_ca.c_str()));
    const int required = certificate_optional_ ? 0 : SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    SSL_CTX_set_verify(native, SSL_VERIFY_PEER | required, nullptr);
    return context;
}

TlsPeer TlsServer::peer(SSL* ssl) const {
    TlsPeer peer;
    const Certificate certificate{SSL_get1_peer_certificate(ssl)};
    if (!certificate || SSL_get_verify_result(ssl) != X509_V_OK) return peer;
    peer.has_certificate = true;
    const auto names = names_of(certificate.get());
    const auto is_allowed = [&](const std::string& name) {
        return options_.allowed_names.empty() ||
               std::ranges::find(options_.allowed_names, name) != options_.allowed_names.end();
    };
    const auto name = std::ranges::find_if(names, is_allowed);
    if (name != names.end()) peer.name = *name;
    if (names.empty() && options_.allowed_names.empty()) peer.name = fingerprint(certificate.get());
    return peer;
}

std::string_view TlsServer::reason(SSL* ssl, const boost::system::error_code& error) {
    if (error == asio::error::timed_out) return "timeout";
    const auto verified = SSL_get_verify_result(ssl);
    if (verified == X509_V_ERR_CERT_HAS_EXPIRED) return "certificate_expired";
    if (verified != X509_V_OK) return "certificate";
    if (error.category() == asio::error::get_ssl_category()) {
        const auto reason = ERR_GET_REASON(static_cast<unsigned long>(error.value()));
        return reason == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE ? "no_certificate" : "other";
    }
    return "closed";
}

}  // namespace auditfwd
