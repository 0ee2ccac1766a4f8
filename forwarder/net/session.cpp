#include "forwarder/net/session.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include <boost/asio/post.hpp>

#include "forwarder/base/assert.h"
#include "forwarder/base/log.h"
#include "forwarder/net/request_head.h"

namespace auditfwd {

namespace {

SteadyTime now() { return SystemClock{}.steady(); }

// What a head that cannot be used is answered with; kCancelled is not answered.
HttpAnswer head_refusal(const Error& error) {
    switch (error.code) {
        case ErrorCode::kTimeout:
            return refusal(408, "request head not complete in time");
        case ErrorCode::kTooLarge:
            return refusal(431, "request head too large");
        default:
            return refusal(400, error.message);
    }
}

}  // namespace

HttpSession::HttpSession(asio::ip::tcp::socket socket, const SessionContext& context, HttpHandler& handler)
    : context_{context},
      handler_{handler},
      certificates_{context.tls ? context.tls->current() : nullptr},
      stream_{std::move(socket), certificates_ ? certificates_->native_handle() : nullptr},
      opened_{now()},
      buffer_{new char[kHttpHeadBytesMax]} {}

Task<void> HttpSession::run() {
    if (stream_.is_tls()) {
        const bool shaken = co_await handshake();
        if (!shaken) co_return;
    }
    for (bool go_on = true; go_on;) {
        auto head = co_await read_head();
        if (!head) {
            if (head.error().code == ErrorCode::kCancelled) co_return;
            const auto answer = head_refusal(head.error());
            go_on = co_await send(answer, false, now());
            break;
        }
        auto request = *std::move(head);
        const auto answer = co_await answer_to(request);
        const bool keep_alive = may_go_on(request, answer);
        const bool sent = co_await send(answer, keep_alive, request.received_at);
        if (!sent) co_return;
        go_on = keep_alive && co_await skip_body();
    }
    const std::span<char> scratch{buffer_.get(), kHttpHeadBytesMax};
    co_await stream_.drain(scratch, kHttpDrainBytesMax, now() + context_.timeouts.drain);
}

Task<bool> HttpSession::handshake() {
    const auto error = co_await stream_.handshake(now() + context_.timeouts.handshake);
    if (error) {
        context_.metrics.handshake_failed(TlsServer::reason(stream_.ssl(), error));
        co_return false;
    }
    peer_ = context_.tls->peer(stream_.ssl());
    co_return true;
}

void HttpSession::finish() {
    finishing_ = true;
    if (between_requests_) stream_.interrupt();
}

// Fails with kCancelled when the connection is over in an orderly way: nothing of a head has come.
Task<Result<HttpRequest>> HttpSession::read_head() {
    const bool begun = std::exchange(is_new_, false) || begin_ < end_;
    SteadyTime until = now() + (begun ? context_.timeouts.head : context_.timeouts.idle);
    std::size_t searched = 0;
    while (true) {
        if (const auto bytes = find_head(buffered(), searched)) {
            auto request = parse_head(buffered().substr(0, *bytes));
            consume(*bytes);
            context_.metrics.received_bytes.Increment(static_cast<double>(*bytes));
            if (request) {
                request->peer = peer_;
                request->received_at = now();
            }
            co_return request;
        }
        searched = buffered().size();
        if (searched == kHttpHeadBytesMax) co_return Error{ErrorCode::kTooLarge, "request head"};
        CO_TRY([[maybe_unused]] const auto more, co_await read_more_of_head(until));
    }
}

Task<Result<std::size_t>> HttpSession::read_more_of_head(SteadyTime& until) {
    const bool nothing_yet = begin_ == end_;
    if (nothing_yet && finishing_ && !stream_.has_input()) co_return Error{ErrorCode::kCancelled, "finishing"};
    between_requests_ = nothing_yet;
    const auto read = co_await stream_.read_some(free_buffer(), until);
    between_requests_ = false;
    if (read && *read > 0) {
        end_ += *read;
        if (nothing_yet) until = std::min(until, now() + context_.timeouts.head);
        co_return *read;
    }
    if (!read && nothing_yet && finishing_ && stream_.has_input()) co_return std::size_t{0};  // came just now
    if (nothing_yet) co_return Error{ErrorCode::kCancelled, "idle"};
    context_.metrics.broken.Increment(read || read.error().code != ErrorCode::kTimeout ? 1 : 0);
    if (!read) co_return read.error();
    co_return Error{ErrorCode::kInvalid, "request head: ends early"};
}

Task<HttpAnswer> HttpSession::answer_to(HttpRequest& request) {
    request_ = &request;
    framing_ = BodyFraming{request};
    body_taken_ = false;
    if (finishing_) {
        auto answer = refusal(503, "shutting down");
        answer.retry_after_s = 1;
        co_return answer;
    }
    co_return co_await handler_.handle(request, *this);
}

bool HttpSession::may_go_on(const HttpRequest& request, const HttpAnswer& answer) const {
    const bool certificates_are_current = !context_.tls || context_.tls->current() == certificates_;
    return (framing_.done() || can_skip_body()) && request.keep_alive && !answer.close && !finishing_ &&
           certificates_are_current && now() - opened_ < context_.timeouts.age_max;
}

// A small body that nobody asked for. One that was to be asked for may come now or not at all.
bool HttpSession::can_skip_body() const {
    return !body_taken_ && framing_.left() > 0 && framing_.left() <= kHttpSkipBytesMax &&
           (!request_->expects_continue || !buffered().empty());
}

Task<bool> HttpSession::skip_body() {
    const auto until = now() + context_.timeouts.drain;
    while (!framing_.done()) {
        const auto here = static_cast<std::size_t>(std::min<std::uint64_t>(framing_.left(), buffered().size()));
        framing_.skip(here);
        consume(here);
        if (framing_.done()) break;
        const auto more = co_await read_into_buffer(until);
        if (!more) co_return false;
    }
    co_return true;
}

// False when the client does not take it.
Task<bool> HttpSession::send(const HttpAnswer& answer, bool keep_alive, SteadyTime since) {
    context_.metrics.answered(answer.status, now() - since);
    const auto bytes = render(answer, keep_alive);
    const auto written = co_await stream_.write(bytes, now() + context_.timeouts.write);
    if (!written) context_.metrics.broken.Increment();
    co_return written.has_value();
}

SteadyTime HttpSession::limit(SteadyTime until) const {
    return std::min(until, now() + context_.timeouts.body_silence);
}

Task<Result<std::size_t>> HttpSession::read(std::span<char> into, SteadyTime until) {
    CHECK(!body_taken_);
    body_taken_ = true;
    if (framing_.left() > into.size() && request_->coding == ContentCoding::kIdentity) {
        co_return Error{ErrorCode::kTooLarge, "body"};
    }
    if (request_->expects_continue && !request_->http_1_0 && buffered().empty() && !framing_.done()) {
        CO_TRY([[maybe_unused]] const auto told, co_await stream_.write("HTTP/1.1 100 Continue\r\n\r\n", limit(until)));
    }
    if (!request_->chunked && request_->coding == ContentCoding::kIdentity) co_return co_await read_plain(into, until);
    co_return co_await read_decoded(into, until);
}

// Straight into `into`, but for what came together with the head.
Task<Result<std::size_t>> HttpSession::read_plain(std::span<char> into, SteadyTime until) {
    const auto here = static_cast<std::size_t>(std::min<std::uint64_t>(framing_.left(), buffered().size()));
    std::memcpy(into.data(), buffered().data(), here);
    consume(here);
    framing_.skip(here);
    std::size_t size = here;
    while (!framing_.done()) {
        const auto room = into.subspan(size, static_cast<std::size_t>(framing_.left()));
        CO_TRY(const auto bytes, co_await stream_.read_some(room, limit(until)));
        if (bytes == 0) co_return Error{ErrorCode::kInvalid, "body: ends early"};
        framing_.skip(bytes);
        size += bytes;
    }
    context_.metrics.received_bytes.Increment(static_cast<double>(size));
    co_return size;
}

Task<Result<std::size_t>> HttpSession::read_into_buffer(SteadyTime until) {
    CO_TRY(const auto bytes, co_await stream_.read_some(free_buffer(), limit(until)));
    if (bytes == 0) co_return Error{ErrorCode::kInvalid, "body: ends early"};
    end_ += bytes;
    co_return bytes;
}

// Chunked, zipped, or both: piece by piece through the buffer.
Task<Result<std::size_t>> HttpSession::read_decoded(std::span<char> into, SteadyTime until) {
    std::optional<Gunzip> gunzip;
    if (request_->coding == ContentCoding::kGzip) gunzip.emplace();
    std::size_t size = 0;
    while (!framing_.done()) {
        if (buffered().empty()) {
            CO_TRY([[maybe_unused]] const auto more, co_await read_into_buffer(until));
        }
        CO_TRY(const auto piece, framing_.next(buffered()));
        context_.metrics.received_bytes.Increment(static_cast<double>(piece.consumed));
        const auto room = into.subspan(size);
        if (gunzip) {
            CO_TRY(const auto bytes, co_await unzip(*gunzip, piece.data, room));
            size += bytes;
        } else {
            if (piece.data.size() > room.size()) co_return Error{ErrorCode::kTooLarge, "body"};
            std::ranges::copy(piece.data, room.begin());
            size += piece.data.size();
        }
        consume(piece.consumed);
    }
    if (gunzip && !gunzip->complete()) co_return Error{ErrorCode::kInvalid, "body: gzip ends early"};
    co_return size;
}

Task<Result<std::size_t>> HttpSession::unzip(Gunzip& gunzip, std::string_view data, std::span<char> into) {
    std::size_t size = 0;
    bool pending = false;
    while (!data.empty() || pending) {
        CO_TRY(const auto step, gunzip.step(data, into.subspan(size)));
        data.remove_prefix(step.consumed);
        size += step.produced;
        pending = step.pending;
        if (pending) co_await asio::post(use);  // a few bytes became many: others first
    }
    co_return size;
}

void HttpSession::consume(std::size_t bytes) {
    begin_ += bytes;
    if (begin_ == end_) begin_ = end_ = 0;
}

std::span<char> HttpSession::free_buffer() {
    if (begin_ > 0) {
        std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
        end_ -= std::exchange(begin_, 0);
    }
    return {buffer_.get() + end_, kHttpHeadBytesMax - end_};
}

}  // namespace auditfwd
