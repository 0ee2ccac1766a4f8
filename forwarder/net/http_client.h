// An HTTP/1.1 client of one endpoint: calls one after the other on connections that are kept, as many at once as there
// are callers.
//
// A connection the server has closed meanwhile is noticed before it is used again. Nothing is sent twice: whether a
// request whose connection broke was heard is the caller's question. Names are looked up anew for each connection, and
// their addresses tried in turn (IPv6 and IPv4 alike).
// Owner: a sink, or what a sink shares; outlives its calls. Thread: that of the callers' executor. Terminal
// cancellation ends a call and its connection.
#pragma once

#include <memory>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include "forwarder/net/http_call.h"
#include "forwarder/net/response_head.h"
#include "forwarder/net/tls_client.h"

namespace auditfwd {

class HttpClient final : public HttpCaller {
public:
    struct Options {
        HttpEndpoint endpoint;
        std::filesystem::path ca_file{};                                       // empty: the system's CAs
        std::chrono::milliseconds connect = std::chrono::milliseconds{5'000};  // one address, with its handshake
        std::chrono::milliseconds idle_max = std::chrono::milliseconds{15'000};
        std::size_t idle_connections_max = 8;
    };

    explicit HttpClient(Options options);
    ~HttpClient() override;

    const HttpEndpoint& endpoint() const override { return options_.endpoint; }
    Task<Result<HttpReply>> call(const HttpCall& call) override;

    // Connections opened so far.
    std::uint64_t connects() const { return connects_; }

private:
    struct Connection;
    using Addresses = std::vector<asio::ip::tcp::endpoint>;

    std::unique_ptr<Connection> take_idle();
    Task<Result<std::unique_ptr<Connection>>> connect(SteadyTime until);
    Task<Result<Addresses>> look_up(SteadyTime until);
    Task<Result<std::unique_ptr<Connection>>> connect_to(asio::ip::tcp::endpoint address, SteadyTime until);
    Task<Result<HttpReply>> exchange(Connection& connection, const HttpCall& call);
    std::string render_head(const HttpCall& call) const;

    const Options options_;
    TlsClient tls_;
    std::vector<std::unique_ptr<Connection>> idle_;  // the one used last is last
    std::uint64_t connects_ = 0;
};

}  // namespace auditfwd
