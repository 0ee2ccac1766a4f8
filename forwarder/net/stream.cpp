#include "forwarder/net/stream.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/write.hpp>

namespace auditfwd {

using asio::ip::tcp;

Stream::Stream(tcp::socket socket, std::shared_ptr<asio::ssl::context> tls)
    : socket_{std::move(socket)}, watchdog_{socket_}, context_{std::move(tls)} {
    if (context_) tls_.emplace(socket_, *context_);
}

Error Stream::failure(const boost::system::error_code& error) const {
    if (error == asio::error::operation_aborted && watchdog_.fired()) return {ErrorCode::kTimeout, "not in time"};
    return {ErrorCode::kCancelled, error.message()};
}

Task<boost::system::error_code> Stream::handshake(SteadyTime until) {
    watchdog_.set(until);
    const auto [error] = co_await tls_->async_handshake(asio::ssl::stream_base::server, use_tuple);
    watchdog_.clear();
    if (error && watchdog_.fired()) co_return asio::error::timed_out;
    co_return error;
}

Task<Result<std::size_t>> Stream::read_some(std::span<char> into, SteadyTime until) {
    watchdog_.set(until);
    const auto room = asio::buffer(into.data(), into.size());
    boost::system::error_code error;
    std::size_t bytes = 0;
    if (tls_) {
        std::tie(error, bytes) = co_await tls_->async_read_some(room, use_tuple);
    } else {
        std::tie(error, bytes) = co_await socket_.async_read_some(room, use_tuple);
    }
    watchdog_.clear();
    if (!error) co_return bytes;
    // A TLS client that just closes its socket ended its sending too: whether a request was whole, its framing says.
    if (error == asio::error::eof || error == asio::ssl::error::stream_truncated) co_return std::size_t{0};
    co_return failure(error);
}

Task<Result<std::size_t>> Stream::write(std::string_view bytes, SteadyTime until) {
    watchdog_.set(until);
    const auto what = asio::buffer(bytes.data(), bytes.size());
    boost::system::error_code error;
    std::size_t written = 0;
    if (tls_) {
        std::tie(error, written) = co_await asio::async_write(*tls_, what, use_tuple);
    } else {
        std::tie(error, written) = co_await asio::async_write(socket_, what, use_tuple);
    }
    watchdog_.clear();
    if (error) co_return failure(error);
    co_return written;
}

Task<void> Stream::drain(std::span<char> scratch, std::size_t bytes_max, SteadyTime until) {
    watchdog_.set(until);
    // Says goodbye in TLS, and waits for the same from there. A client that goes on sending ends this with an error.
    if (tls_) co_await tls_->async_shutdown(use_tuple);
    boost::system::error_code error;
    socket_.shutdown(tcp::socket::shutdown_send, error);
    const auto room = asio::buffer(scratch.data(), scratch.size());
    for (std::size_t total = 0; total < bytes_max && !error && !watchdog_.fired();) {
        std::size_t bytes = 0;
        std::tie(error, bytes) = co_await socket_.async_read_some(room, use_tuple);
        total += bytes;
    }
    watchdog_.clear();
}

bool Stream::has_input() const {
    boost::system::error_code ignored;
    return socket_.available(ignored) > 0;
}

}  // namespace auditfwd
