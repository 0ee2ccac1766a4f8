#include "bench/load/connection.h"

#include <charconv>

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/span_body.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

namespace auditfwd::load {

namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

Task<bool> Connection::connect() {
    stream_.close();
    received_.clear();
    const tcp::endpoint where{asio::ip::make_address(target_.host), target_.port};
    stream_.expires_after(target_.patience);
    const auto [failure] = co_await stream_.async_connect(where, use_tuple);
    if (failure) co_return false;
    stream_.socket().set_option(tcp::no_delay{true});
    co_return true;
}

Task<Answer> Connection::post(std::string_view body) {
    if (!connected_) connected_ = co_await connect();
    if (!connected_) co_return Answer{};

    http::request<http::span_body<const char>> request{http::verb::post, target_.path, 11};
    request.set(http::field::host, target_.host);
    request.set(http::field::content_type, "application/json");
    if (!target_.token.empty()) request.set(http::field::authorization, "Bearer " + target_.token);
    request.body() = {body.data(), body.size()};
    request.prepare_payload();

    stream_.expires_after(target_.patience);
    const auto [unsent, sent] = co_await http::async_write(stream_, request, use_tuple);
    // An answer may be there even when the request could not be written to its end (413, 401).
    http::response<http::string_body> response;
    const auto [unread, read] = co_await http::async_read(stream_, received_, response, use_tuple);
    connected_ = !unsent && !unread && response.keep_alive();
    if (unread) co_return Answer{};

    Answer answer{.status = response.result_int()};
    const auto wait = response[http::field::retry_after];
    int seconds = 0;
    std::from_chars(wait.data(), wait.data() + wait.size(), seconds);
    answer.retry_after = std::chrono::seconds{seconds};
    co_return answer;
}

}  // namespace auditfwd::load
