#include "forwarder/net/http_client.h"

#include <fmt/format.h>

#include <algorithm>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/steady_timer.hpp>

#include "forwarder/net/body_framing.h"
#include "forwarder/net/request_head.h"
#include "forwarder/net/stream.h"

namespace auditfwd {

using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::size_t kReadBytes = 16 * 1024;
constexpr int kInterimMax = 8;  // 1xx answers before the answer

SteadyTime now() { return SystemClock{}.steady(); }

// What a wait that failed means once something was sent.
Error lost(const Error& error, std::string_view when) {
    const auto code = error.code == ErrorCode::kTimeout ? ErrorCode::kTimeout : ErrorCode::kBroken;
    return {code, fmt::format("{}: {}", when, error.message)};
}

}  // namespace

struct HttpClient::Connection {
    Connection(tcp::socket socket, std::shared_ptr<asio::ssl::context> context, const std::string& host)
        : certificates{std::move(context)},
          stream{std::move(socket), certificates ? certificates->native_handle() : nullptr, host} {}

    std::shared_ptr<asio::ssl::context> certificates;
    Stream stream;
    std::string unread;  // bytes behind what was used
    SteadyTime idle_since{};
    bool reusable = false;

    // Reads more into `unread`; false at the end of what the server sends.
    Task<Result<bool>> read_more(SteadyTime until) {
        const auto had = unread.size();
        unread.resize(had + kReadBytes);
        const std::span<char> room{unread.data() + had, kReadBytes};
        const auto read = co_await stream.read_some(room, until);
        unread.resize(had + (read ? *read : 0));
        if (!read) co_return lost(read.error(), "waiting for the answer");
        co_return *read > 0;
    }

    Task<Result<HttpResponseHead>> read_head(std::string_view method, SteadyTime until) {
        for (int interim = 0; interim < kInterimMax;) {
            if (const auto bytes = find_head(unread)) {
                auto head = parse_response_head(std::string_view{unread}.substr(0, *bytes), method);
                unread.erase(0, *bytes);
                if (!head || head->status >= 200) co_return head;
                ++interim;
                continue;
            }
            if (unread.size() > kHttpHeadBytesMax) co_return Error{ErrorCode::kInvalid, "response head: too large"};
            const auto more = co_await read_more(until);
            if (!more) co_return more.error();
            if (!*more) co_return Error{ErrorCode::kBroken, "the connection ended before an answer"};
        }
        co_return Error{ErrorCode::kInvalid, "response head: interim answers without end"};
    }

    Task<Result<std::string>> read_body(const HttpResponseHead& head, std::size_t bytes_max, SteadyTime until) {
        std::string body;
        if (head.content_length && *head.content_length > bytes_max) co_return too_large(bytes_max);
        BodyFraming framing{head.chunked, head.content_length.value_or(0)};
        const bool until_close = head.until_close();
        for (;;) {
            while (!unread.empty() && (until_close || !framing.done())) {
                if (until_close) {
                    body += std::exchange(unread, {});
                } else {
                    const auto piece = framing.next(unread);
                    if (!piece) co_return piece.error();
                    body += piece->data;
                    unread.erase(0, piece->consumed);
                }
                if (body.size() > bytes_max) co_return too_large(bytes_max);
            }
            if (!until_close && framing.done()) co_return body;
            const auto more = co_await read_more(until);
            if (!more) co_return more.error();
            if (*more) continue;
            if (until_close) co_return body;
            co_return Error{ErrorCode::kBroken, "the connection ended within the answer"};
        }
    }

    static Error too_large(std::size_t bytes_max) {
        return {ErrorCode::kTooLarge, fmt::format("the answer is larger than {} bytes", bytes_max)};
    }
};

HttpClient::HttpClient(Options options) : options_{std::move(options)}, tls_{options_.ca_file} {}
HttpClient::~HttpClient() = default;

Task<Result<HttpReply>> HttpClient::call(const HttpCall& call) {
    auto connection = take_idle();
    if (!connection) {
        auto connected = co_await connect(call.until);
        if (!connected) {
            co_return Error{ErrorCode::kUnavailable,
                            options_.endpoint.authority() + ": " + std::move(connected).error().message};
        }
        connection = std::move(*connected);
    }
    auto reply = co_await exchange(*connection, call);
    if (!reply) co_return std::move(reply).error().at(options_.endpoint.authority());
    if (connection->reusable && idle_.size() < options_.idle_connections_max) {
        connection->idle_since = now();
        connection->stream.rest();
        idle_.push_back(std::move(connection));
    }
    co_return reply;
}

std::unique_ptr<HttpClient::Connection> HttpClient::take_idle() {
    const auto oldest = now() - options_.idle_max;
    std::erase_if(idle_, [&](const auto& connection) { return connection->idle_since < oldest; });
    while (!idle_.empty()) {
        auto connection = std::move(idle_.back());
        idle_.pop_back();
        // Bytes nobody asked for, or its end: not to be used again.
        if (!connection->stream.is_stale()) return connection;
    }
    return nullptr;
}

Task<Result<std::unique_ptr<HttpClient::Connection>>> HttpClient::connect(SteadyTime until) {
    auto addresses = co_await look_up(until);
    if (!addresses) co_return std::move(addresses).error();
    Error last{ErrorCode::kUnavailable, "the name has no address"};
    for (const auto& address : *addresses) {
        const auto limit = std::min(until, now() + options_.connect);
        auto connected = co_await connect_to(address, limit);
        if (connected) co_return connected;
        last = std::move(connected).error();
        if (now() >= until) break;
    }
    co_return last;
}

Task<Result<HttpClient::Addresses>> HttpClient::look_up(SteadyTime until) {
    error_code error;
    const auto number = asio::ip::make_address(options_.endpoint.host, error);
    if (!error) co_return Addresses{tcp::endpoint{number, options_.endpoint.port}};
    const Executor executor = co_await asio::this_coro::executor;
    // Shared with the timer's handler, which may run after us.
    const auto resolver = std::make_shared<tcp::resolver>(executor);
    asio::steady_timer timer{executor, until};
    timer.async_wait([resolver](const error_code& stopped) {
        if (!stopped) resolver->cancel();
    });
    const auto service = std::to_string(options_.endpoint.port);
    tcp::resolver::results_type found;
    std::tie(error, found) = co_await resolver->async_resolve(options_.endpoint.host, service, use_tuple);
    timer.cancel();
    if (error == asio::error::operation_aborted)
        co_return Error{ErrorCode::kUnavailable, "the name was not looked up in time"};
    if (error) co_return Error{ErrorCode::kUnavailable, "the name cannot be looked up: " + error.message()};
    Addresses addresses;
    for (const auto& entry : found) addresses.push_back(entry.endpoint());
    co_return addresses;
}

Task<Result<std::unique_ptr<HttpClient::Connection>>> HttpClient::connect_to(tcp::endpoint address, SteadyTime until) {
    std::shared_ptr<asio::ssl::context> certificates;
    if (options_.endpoint.tls) {
        auto loaded = tls_.current();
        if (!loaded) co_return std::move(loaded).error();
        certificates = std::move(*loaded);
    }
    tcp::socket socket{co_await asio::this_coro::executor};
    {
        Watchdog watchdog{socket};
        watchdog.set(until);
        const auto [error] = co_await socket.async_connect(address, use_tuple);
        if (error) {
            const bool late = error == asio::error::operation_aborted && watchdog.fired();
            co_return Error{ErrorCode::kUnavailable,
                            "cannot connect: " + (late ? std::string{"not in time"} : error.message())};
        }
    }
    error_code ignored;
    socket.set_option(tcp::no_delay{true}, ignored);
    auto connection = std::make_unique<Connection>(std::move(socket), std::move(certificates), options_.endpoint.host);
    if (connection->stream.is_tls()) {
        const auto error = co_await connection->stream.handshake(until);
        if (error) co_return Error{ErrorCode::kUnavailable, TlsClient::reason(connection->stream.ssl(), error)};
    }
    ++connects_;
    co_return connection;
}

std::string HttpClient::render_head(const HttpCall& call) const {
    auto head = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", call.method, call.target, options_.endpoint.authority());
    if (!call.body.empty() || (call.method != "GET" && call.method != "HEAD"))
        head += fmt::format("Content-Length: {}\r\n", call.body.size());
    for (const auto& [name, value] : call.fields) head.append(name).append(": ").append(value).append("\r\n");
    return head + "\r\n";
}

Task<Result<HttpReply>> HttpClient::exchange(Connection& connection, const HttpCall& call) {
    connection.reusable = false;
    auto bytes = render_head(call);
    // A small request is one packet; a large body is not copied.
    const bool one_piece = call.body.size() <= kReadBytes;
    if (one_piece) bytes += call.body;
    auto written = co_await connection.stream.write(bytes, call.until);
    if (written && !one_piece) written = co_await connection.stream.write(call.body, call.until);
    // A server that refuses early closes its reading; what it has to say may be there all the same.
    if (!written && written.error().code == ErrorCode::kTimeout) co_return lost(written.error(), "sending");
    auto head = co_await connection.read_head(call.method, call.until);
    if (!head) co_return std::move(head).error();
    auto body = co_await connection.read_body(*head, call.reply_bytes_max, call.until);
    if (!body) co_return std::move(body).error();
    connection.reusable = written && head->keep_alive && connection.unread.empty();
    HttpReply reply;
    reply.status = head->status;
    reply.fields = std::move(head->fields);
    reply.body = std::move(*body);
    co_return reply;
}

}  // namespace auditfwd
