// A blocking HTTP client that can do what a well-behaved one does not: send bytes one by one, stop half way, end its
// sending, offer strange protocols. Everything it waits for fails after ten seconds, with an exception.
#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace auditfwd::testing {

struct Reply {
    int status = 0;
    std::string head;  // with the status line
    std::string body;

    // The value of a header, as sent; empty when absent.
    std::string header(std::string_view name) const;
};

// What a TLS client shows and wants.
struct TlsClientOptions {
    std::filesystem::path ca{};           // that must have signed the server's certificate
    std::filesystem::path certificate{};  // of the client; empty: none
    std::filesystem::path key{};
    std::vector<std::string> alpn{};
    int version_max = 0;  // TLS1_1_VERSION …; 0: the newest
};

class HttpClient {
public:
    explicit HttpClient(std::uint16_t port);
    // Throws when the handshake fails.
    HttpClient(std::uint16_t port, const TlsClientOptions& tls);
    HttpClient(HttpClient&& other) noexcept;
    ~HttpClient();

    void send(std::string_view bytes);
    // False when the server has gone.
    bool try_send(std::string_view bytes);
    Reply read_reply();
    // POST with Content-Length, and its reply.
    Reply post(std::string_view target, std::string_view body, std::string_view headers = "");
    // What comes until the server ends the connection; a reset is thrown.
    std::string read_to_end();
    void end_sending();
    std::string protocol() const;  // by ALPN

private:
    std::size_t read_some(char* into, std::size_t bytes);

    int socket_ = -1;
    std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_{nullptr, SSL_CTX_free};
    std::unique_ptr<SSL, void (*)(SSL*)> ssl_{nullptr, SSL_free};
    std::string unread_;
};

}  // namespace auditfwd::testing
