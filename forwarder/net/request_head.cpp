#include "forwarder/net/request_head.h"

#include <algorithm>

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

namespace auditfwd {

namespace http = boost::beast::http;
using boost::beast::iequals;
using BeastView = boost::beast::string_view;
using BeastError = boost::beast::error_code;

namespace {

std::string_view to_std(BeastView text) { return {text.data(), text.size()}; }

bool is_digits(std::string_view text) {
    // 18 digits fit into 64 bits; nobody sends more bytes than that.
    return !text.empty() && text.size() <= 18 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::size_t empty_lines(std::string_view bytes) {
    std::size_t count = 0;
    while (bytes.substr(count, 2) == "\r\n") count += 2;
    return count;
}

// Beast calls back for each part it recognises. What it would accept and we do not is noted for framing_error().
class Parser final : public http::basic_parser<true> {
public:
    Parser() {
        header_limit(static_cast<std::uint32_t>(kHttpHeadBytesMax));
        body_limit(boost::none);  // the handler's business
    }

    HttpRequest request;

    const char* framing_error() const {
        if (lengths_ > 1) return "more than one Content-Length";
        if (transfer_codings_ > 1) return "more than one Transfer-Encoding";
        if (lengths_ > 0 && transfer_codings_ > 0) return "both Content-Length and Transfer-Encoding";
        if (length_is_bad_) return "Content-Length is not a number";
        if (transfer_coding_is_bad_) return "Transfer-Encoding is not chunked";
        if (transfer_codings_ > 0 && request.http_1_0) return "Transfer-Encoding in HTTP/1.0";
        if (hosts_ > 1 || (hosts_ == 0 && !request.http_1_0)) return "not exactly one Host";
        return nullptr;
    }

private:
    void on_request_impl(http::verb, BeastView method, BeastView target, int version, BeastError&) override {
        request.method = to_std(method);
        request.target = to_std(target);
        request.http_1_0 = version == 10;
    }

    void on_field_impl(http::field field, BeastView, BeastView value, BeastError&) override {
        switch (field) {
            case http::field::host:
                ++hosts_;
                break;
            case http::field::content_length:
                ++lengths_;
                length_is_bad_ |= !is_digits(to_std(value));
                break;
            case http::field::transfer_encoding:
                ++transfer_codings_;
                transfer_coding_is_bad_ |= !iequals(value, "chunked");
                break;
            case http::field::content_encoding:
                add_coding(value);
                break;
            case http::field::authorization:
                // Two of them count as none that is right: which one holds must not depend on who looks.
                request.authorization = authorizations_++ == 0 ? to_std(value) : std::string_view{"ambiguous"};
                break;
            case http::field::expect:
                request.expects_continue = iequals(value, "100-continue");
                break;
            default:
                break;
        }
    }

    void add_coding(BeastView value) {
        if (value.empty() || iequals(value, "identity")) return;
        const bool first = request.coding == ContentCoding::kIdentity;
        const bool gzip = iequals(value, "gzip") || iequals(value, "x-gzip");
        request.coding = first && gzip ? ContentCoding::kGzip : ContentCoding::kOther;
    }

    void on_response_impl(int, BeastView, int, BeastError&) override {}
    void on_header_impl(BeastError&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, BeastError&) override {}
    std::size_t on_body_impl(BeastView, BeastError&) override { return 0; }
    void on_chunk_header_impl(std::uint64_t, BeastView, BeastError&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, BeastView, BeastError&) override { return 0; }
    void on_finish_impl(BeastError&) override {}

    int hosts_ = 0;
    int lengths_ = 0;
    int transfer_codings_ = 0;
    int authorizations_ = 0;
    bool length_is_bad_ = false;
    bool transfer_coding_is_bad_ = false;
};

Error invalid(std::string_view what) { return {ErrorCode::kInvalid, "request head: " + std::string{what}}; }

}  // namespace

std::optional<std::size_t> find_head(std::string_view bytes, std::size_t searched) {
    const auto begin = std::max(empty_lines(bytes), searched > 3 ? searched - 3 : 0);
    const auto end = bytes.find("\r\n\r\n", begin);
    if (end == bytes.npos) return std::nullopt;
    return end + 4;
}

Result<HttpRequest> parse_head(std::string_view head) {
    head.remove_prefix(empty_lines(head));
    // A header continued on the next line is what Beast joins and others may not.
    if (head.find("\r\n ") != head.npos || head.find("\r\n\t") != head.npos) return invalid("a folded line");
    Parser parser;
    BeastError error;
    const auto consumed = parser.put(boost::asio::const_buffer{head.data(), head.size()}, error);
    if (error) return invalid(error.message());
    if (!parser.is_header_done() || consumed != head.size()) return invalid("not one head");
    if (const char* wrong = parser.framing_error()) return invalid(wrong);
    auto& request = parser.request;
    request.chunked = parser.chunked();
    request.keep_alive = parser.keep_alive();
    if (const auto length = parser.content_length(); length && !request.chunked) request.content_length = *length;
    return std::move(request);
}

}  // namespace auditfwd
