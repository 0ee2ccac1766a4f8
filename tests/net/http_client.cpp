#include "tests/net/http_client.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace auditfwd::testing {

namespace {

[[noreturn]] void fail(const std::string& what) {
    const int number = errno;
    throw std::runtime_error{what + ": " + std::strerror(number)};
}

[[noreturn]] void fail_tls(const std::string& what) {
    char text[256];
    ERR_error_string_n(ERR_get_error(), text, sizeof text);
    throw std::runtime_error{what + ": " + text};
}

int connect_to(std::uint16_t port) {
    const int s = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (s < 0) fail("socket");
    const timeval patience{10, 0};
    ::setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    const int at_once = 1;
    ::setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(s, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
        ::close(s);
        fail("connect");
    }
    return s;
}

std::string lower(std::string_view text) {
    std::string out{text};
    std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

}  // namespace

std::string Reply::header(std::string_view name) const {
    const auto found = lower(head).find("\r\n" + lower(name) + ": ");
    if (found == std::string::npos) return {};
    const auto begin = found + 2 + name.size() + 2;
    return head.substr(begin, head.find("\r\n", begin) - begin);
}

HttpClient::HttpClient(std::uint16_t port) : socket_{connect_to(port)} {}

HttpClient::HttpClient(std::uint16_t port, const TlsClientOptions& tls) : HttpClient{port} {
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
    context_.reset(SSL_CTX_new(TLS_client_method()));
    auto* context = context_.get();
    SSL_CTX_set_security_level(context, 0);  // so that old versions can be offered at all
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    if (SSL_CTX_load_verify_locations(context, tls.ca.c_str(), nullptr) != 1) fail_tls("ca");
    if (!tls.certificate.empty()) {
        if (SSL_CTX_use_certificate_file(context, tls.certificate.c_str(), SSL_FILETYPE_PEM) != 1) fail_tls("cert");
        if (SSL_CTX_use_PrivateKey_file(context, tls.key.c_str(), SSL_FILETYPE_PEM) != 1) fail_tls("key");
    }
    if (tls.version_max != 0) {
        SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
        SSL_CTX_set_max_proto_version(context, tls.version_max);
    }
    std::string offered;
    for (const auto& protocol : tls.alpn) offered += static_cast<char>(protocol.size()) + protocol;
    if (!offered.empty()) {
        SSL_CTX_set_alpn_protos(context, reinterpret_cast<const unsigned char*>(offered.data()),
                                static_cast<unsigned>(offered.size()));
    }
    ssl_.reset(SSL_new(context));
    SSL_set_fd(ssl_.get(), socket_);
    if (SSL_connect(ssl_.get()) != 1) fail_tls("handshake");
}

HttpClient::HttpClient(HttpClient&& other) noexcept
    : socket_{std::exchange(other.socket_, -1)},
      context_{std::move(other.context_)},
      ssl_{std::move(other.ssl_)},
      unread_{std::move(other.unread_)} {}

HttpClient::~HttpClient() {
    if (socket_ >= 0) ::close(socket_);
}

bool HttpClient::try_send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto n = ssl_ ? SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                            : ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

void HttpClient::send(std::string_view bytes) {
    if (!try_send(bytes)) fail("send");
}

std::size_t HttpClient::read_some(char* into, std::size_t bytes) {
    if (!ssl_) {
        const auto n = ::recv(socket_, into, bytes, 0);
        if (n < 0) fail("receive");
        return static_cast<std::size_t>(n);
    }
    const auto n = SSL_read(ssl_.get(), into, static_cast<int>(bytes));
    if (n > 0) return static_cast<std::size_t>(n);
    if (SSL_get_error(ssl_.get(), n) == SSL_ERROR_ZERO_RETURN) return 0;
    fail_tls("receive");
}

Reply HttpClient::read_reply() {
    Reply reply;
    char buffer[16384];
    const auto more = [&] {
        const auto n = read_some(buffer, sizeof buffer);
        if (n == 0) throw std::runtime_error{"the server ended the connection, having sent: " + unread_};
        unread_.append(buffer, n);
    };
    while (unread_.find("\r\n\r\n") == std::string::npos) more();
    const auto head_bytes = unread_.find("\r\n\r\n") + 4;
    reply.head = unread_.substr(0, head_bytes);
    unread_.erase(0, head_bytes);
    reply.status = std::stoi(reply.head.substr(9, 3));
    const auto length = reply.header("Content-Length");
    const auto body_bytes = length.empty() ? 0 : std::stoul(length);
    while (unread_.size() < body_bytes) more();
    reply.body = unread_.substr(0, body_bytes);
    unread_.erase(0, body_bytes);
    return reply;
}

Reply HttpClient::post(std::string_view target, std::string_view body, std::string_view headers) {
    std::string head = "POST " + std::string{target} + " HTTP/1.1\r\nHost: test\r\n" + std::string{headers};
    head += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    send(head);
    send(body);
    return read_reply();
}

std::string HttpClient::read_to_end() {
    char buffer[16384];
    while (const auto n = read_some(buffer, sizeof buffer)) unread_.append(buffer, n);
    return std::exchange(unread_, {});
}

void HttpClient::end_sending() {
    if (ssl_) SSL_shutdown(ssl_.get());
    ::shutdown(socket_, SHUT_WR);
}

std::string HttpClient::protocol() const {
    const unsigned char* name = nullptr;
    unsigned bytes = 0;
    SSL_get0_alpn_selected(ssl_.get(), &name, &bytes);
    return {reinterpret_cast<const char*>(name), bytes};
}

}  // namespace auditfwd::testing
