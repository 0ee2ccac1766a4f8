#include "forwarder/net/stream.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/write.hpp>

#include "forwarder/base/assert.h"

namespace auditfwd {

using asio::ip::tcp;
using boost::system::error_code;

namespace {

// Decrypted without letting others run: about 0.1 ms.
constexpr std::size_t kStretchBytes = 256 * 1024;

}  // namespace

Stream::Stream(tcp::socket socket, SSL_CTX* tls) : socket_{std::move(socket)}, watchdog_{socket_} {
    if (!tls) return;
    error_code ignored;
    socket_.native_non_blocking(true, ignored);
    ssl_.reset(SSL_new(tls));
    CHECK(ssl_);
    CHECK(SSL_set_fd(ssl_.get(), socket_.native_handle()) == 1);
    SSL_set_accept_state(ssl_.get());
}

Stream::Stream(tcp::socket socket, SSL_CTX* tls, const std::string& server) : Stream{std::move(socket), tls} {
    if (!ssl_) return;
    SSL_set_connect_state(ssl_.get());
    error_code error;
    asio::ip::make_address(server, error);
    auto* const wanted = SSL_get0_param(ssl_.get());
    if (!error) {
        CHECK(X509_VERIFY_PARAM_set1_ip_asc(wanted, server.c_str()) == 1);
        return;
    }
    CHECK(SSL_set_tlsext_host_name(ssl_.get(), server.c_str()) == 1);
    X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    CHECK(X509_VERIFY_PARAM_set1_host(wanted, server.data(), server.size()) == 1);
}

Error Stream::failure(const error_code& error) const {
    if (error == asio::error::operation_aborted && watchdog_.fired()) return {ErrorCode::kTimeout, "not in time"};
    return {ErrorCode::kCancelled, error.message()};
}

// After an OpenSSL call that gave `returned`: waits for what it needs to go on, or says why it cannot.
Task<error_code> Stream::wait_as_asked(int returned) {
    const int errno_then = errno;
    read_at_a_stretch_ = 0;
    error_code error;
    switch (SSL_get_error(ssl_.get(), returned)) {
        case SSL_ERROR_WANT_READ:
            std::tie(error) = co_await socket_.async_wait(tcp::socket::wait_read, use_tuple);
            break;
        case SSL_ERROR_WANT_WRITE:
            std::tie(error) = co_await socket_.async_wait(tcp::socket::wait_write, use_tuple);
            break;
        case SSL_ERROR_ZERO_RETURN:
            error = asio::error::eof;
            break;
        case SSL_ERROR_SYSCALL:
            error = errno_then != 0 ? error_code{errno_then, boost::system::system_category()}
                                    : error_code{asio::error::eof};
            break;
        default:
            error.assign(static_cast<int>(ERR_get_error()), asio::error::get_ssl_category());
            if (!error) error = asio::error::eof;
    }
    co_return error;
}

Task<error_code> Stream::handshake(SteadyTime until) {
    watchdog_.set(until);
    error_code error;
    while (!error) {
        ERR_clear_error();
        errno = 0;
        const int returned = SSL_do_handshake(ssl_.get());
        if (returned == 1) break;
        error = co_await wait_as_asked(returned);
    }
    watchdog_.clear();
    if (error && watchdog_.fired()) co_return asio::error::timed_out;
    co_return error;
}

Task<Result<std::size_t>> Stream::read_some(std::span<char> into, SteadyTime until) {
    watchdog_.set(until);
    error_code error;
    std::size_t bytes = 0;
    if (!ssl_) {
        const auto room = asio::buffer(into.data(), into.size());
        std::tie(error, bytes) = co_await socket_.async_read_some(room, use_tuple);
    } else {
        if (read_at_a_stretch_ > kStretchBytes) {
            read_at_a_stretch_ = 0;
            co_await asio::post(use);
        }
        while (!error) {
            ERR_clear_error();
            errno = 0;
            const int returned = SSL_read_ex(ssl_.get(), into.data(), into.size(), &bytes);
            if (returned == 1) break;
            error = co_await wait_as_asked(returned);
        }
        read_at_a_stretch_ += bytes;
    }
    watchdog_.clear();
    if (!error) co_return bytes;
    if (error == asio::error::eof) co_return std::size_t{0};
    co_return failure(error);
}

Task<Result<std::size_t>> Stream::write(std::string_view bytes, SteadyTime until) {
    watchdog_.set(until);
    error_code error;
    std::size_t written = 0;
    if (!ssl_) {
        const auto what = asio::buffer(bytes.data(), bytes.size());
        std::tie(error, written) = co_await asio::async_write(socket_, what, use_tuple);
    } else {
        while (!error) {
            ERR_clear_error();
            errno = 0;
            const int returned = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written);
            if (returned == 1) break;
            error = co_await wait_as_asked(returned);
        }
    }
    watchdog_.clear();
    if (error) co_return failure(error);
    co_return written;
}

Task<void> Stream::drain(std::span<char> scratch, std::size_t bytes_max, SteadyTime until) {
    watchdog_.set(until);
    error_code error;
    if (ssl_) {
        // Says goodbye and does not wait for the same from there.
        ERR_clear_error();
        SSL_shutdown(ssl_.get());
    }
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
    error_code ignored;
    return (ssl_ && SSL_has_pending(ssl_.get()) == 1) || socket_.available(ignored) > 0;
}

bool Stream::is_stale() {
    if (!ssl_) {
        pollfd look{.fd = socket_.native_handle(), .events = POLLIN, .revents = 0};
        return ::poll(&look, 1, 0) != 0;
    }
    // TLS 1.3 sends tickets when it likes: only a look inside tells them from data and from the end.
    char byte = 0;
    ERR_clear_error();
    const int returned = SSL_peek(ssl_.get(), &byte, 1);
    return SSL_get_error(ssl_.get(), returned) != SSL_ERROR_WANT_READ;
}

}  // namespace auditfwd
