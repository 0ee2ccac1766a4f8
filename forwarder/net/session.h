// One connection: handshake, then request after request until either side has enough.
//
// What a client may do wrong is answered here (400, 408, 431) or ends the connection; what is right goes to the
// handler. Owner: the server's lane. Thread: the lane's.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include <boost/asio/ssl/context.hpp>

#include "forwarder/net/body_framing.h"
#include "forwarder/net/gunzip.h"
#include "forwarder/net/http.h"
#include "forwarder/net/http_metrics.h"
#include "forwarder/net/stream.h"
#include "forwarder/net/tls_server.h"

namespace auditfwd {

// What the sessions of a server share; it outlives them.
struct SessionContext {
    HttpTimeouts timeouts;
    HttpMetrics& metrics;
    const TlsServer* tls;  // null: plain
};

class HttpSession final : private HttpBodyReader {
public:
    HttpSession(asio::ip::tcp::socket socket, const SessionContext& context, HttpHandler& handler);

    // Returns when the connection is over. Terminal cancellation ends it at once, without an answer.
    Task<void> run();

    // Ends the connection after the request in hand; now, if there is none. A request that comes later is answered
    // with 503.
    void finish();

private:
    Task<bool> handshake();
    Task<Result<HttpRequest>> read_head();
    Task<Result<std::size_t>> read_more_of_head(SteadyTime& until);
    Task<HttpAnswer> answer_to(HttpRequest& request);
    Task<bool> send(const HttpAnswer& answer, bool keep_alive, SteadyTime since);
    bool may_go_on(const HttpRequest& request, const HttpAnswer& answer) const;
    bool can_skip_body() const;
    Task<bool> skip_body();

    // HttpBodyReader
    Task<Result<std::size_t>> read(std::span<char> into, SteadyTime until) override;
    Task<Result<std::size_t>> read_plain(std::span<char> into, SteadyTime until);
    Task<Result<std::size_t>> read_decoded(std::span<char> into, SteadyTime until);
    Task<Result<std::size_t>> unzip(Gunzip& gunzip, std::string_view data, std::span<char> into);
    Task<Result<std::size_t>> read_into_buffer(SteadyTime until);
    SteadyTime limit(SteadyTime until) const;

    std::string_view buffered() const { return {buffer_.get() + begin_, end_ - begin_}; }
    void consume(std::size_t bytes);
    std::span<char> free_buffer();

    const SessionContext& context_;
    HttpHandler& handler_;
    std::shared_ptr<asio::ssl::context> certificates_;  // those of the handshake
    Stream stream_;
    const SteadyTime opened_;
    TlsPeer peer_;
    bool is_new_ = true;  // nothing was asked yet
    bool finishing_ = false;
    bool between_requests_ = false;

    // What was read and not used yet: a head, the begin of a body, pipelined requests.
    std::unique_ptr<char[]> buffer_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;

    // Of the request in hand.
    const HttpRequest* request_ = nullptr;
    BodyFraming framing_{HttpRequest{}};
    bool body_taken_ = false;
};

}  // namespace auditfwd
