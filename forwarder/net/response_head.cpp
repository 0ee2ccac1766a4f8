#include "forwarder/net/response_head.h"

#include <algorithm>

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "forwarder/net/http.h"

namespace auditfwd {

namespace http = boost::beast::http;
using BeastView = boost::beast::string_view;
using BeastError = boost::beast::error_code;

namespace {

std::string_view to_std(BeastView text) { return {text.data(), text.size()}; }

bool is_digits(std::string_view text) {
    return !text.empty() && text.size() <= 18 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

class Parser final : public http::basic_parser<false> {
public:
    Parser() {
        header_limit(static_cast<std::uint32_t>(kHttpHeadBytesMax));
        body_limit(boost::none);
    }

    HttpResponseHead head;

    const char* framing_error() const {
        if (lengths_ > 1) return "more than one Content-Length";
        if (transfer_codings_ > 1) return "more than one Transfer-Encoding";
        if (lengths_ > 0 && transfer_codings_ > 0) return "both Content-Length and Transfer-Encoding";
        if (length_is_bad_) return "Content-Length is not a number";
        if (transfer_coding_is_bad_) return "Transfer-Encoding is not chunked";
        return nullptr;
    }

private:
    void on_response_impl(int code, BeastView, int, BeastError&) override { head.status = static_cast<unsigned>(code); }

    void on_field_impl(http::field field, BeastView name, BeastView value, BeastError&) override {
        head.fields.emplace_back(to_std(name), to_std(value));
        if (field == http::field::content_length) {
            ++lengths_;
            length_is_bad_ |= !is_digits(to_std(value));
        } else if (field == http::field::transfer_encoding) {
            ++transfer_codings_;
            transfer_coding_is_bad_ |= !boost::beast::iequals(value, "chunked");
        }
    }

    void on_request_impl(http::verb, BeastView, BeastView, int, BeastError&) override {}
    void on_header_impl(BeastError&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, BeastError&) override {}
    std::size_t on_body_impl(BeastView, BeastError&) override { return 0; }
    void on_chunk_header_impl(std::uint64_t, BeastView, BeastError&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, BeastView, BeastError&) override { return 0; }
    void on_finish_impl(BeastError&) override {}

    int lengths_ = 0;
    int transfer_codings_ = 0;
    bool length_is_bad_ = false;
    bool transfer_coding_is_bad_ = false;
};

Error invalid(std::string_view what) { return {ErrorCode::kInvalid, "response head: " + std::string{what}}; }

}  // namespace

Result<HttpResponseHead> parse_response_head(std::string_view head, std::string_view method) {
    if (head.find("\r\n ") != head.npos || head.find("\r\n\t") != head.npos) return invalid("a folded line");
    Parser parser;
    parser.skip(method == "HEAD");
    BeastError error;
    const auto consumed = parser.put(boost::asio::const_buffer{head.data(), head.size()}, error);
    if (error) return invalid(error.message());
    if (!parser.is_header_done() || consumed != head.size()) return invalid("not one head");
    if (const char* wrong = parser.framing_error()) return invalid(wrong);
    auto& parsed = parser.head;
    parsed.chunked = parser.chunked();
    parsed.keep_alive = parser.keep_alive();
    if (const auto length = parser.content_length(); length && !parsed.chunked) parsed.content_length = *length;
    const bool has_none = method == "HEAD" || parsed.status < 200 || parsed.status == 204 || parsed.status == 304;
    if (has_none) {
        parsed.chunked = false;
        parsed.content_length = 0;
    }
    // Its body is its end; Beast says so only when it is asked to go on.
    if (parsed.until_close()) parsed.keep_alive = false;
    return std::move(parsed);
}

}  // namespace auditfwd
