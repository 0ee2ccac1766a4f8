#include "forwarder/net/request_head.h"

#include <gtest/gtest.h>

namespace auditfwd {
namespace {

Result<HttpRequest> with(const std::string& headers) {
    return parse_head("POST /audit?timeout=30s HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n");
}

TEST(RequestHead, Says_what_kube_apiserver_sends) {
    const auto request = with(
        "User-Agent: Go-http-client/1.1\r\nContent-Length: 479179\r\nAccept: application/json, */*\r\n"
        "Authorization: Bearer abc\r\nContent-Type: application/json\r\nAccept-Encoding: gzip\r\n");
    ASSERT_TRUE(request);
    EXPECT_EQ(request->method, "POST");
    EXPECT_EQ(request->target, "/audit?timeout=30s");
    EXPECT_EQ(request->authorization, "Bearer abc");
    EXPECT_EQ(request->content_length, 479179u);
    EXPECT_FALSE(request->chunked);
    EXPECT_EQ(request->coding, ContentCoding::kIdentity);
    EXPECT_FALSE(request->expects_continue);
    EXPECT_TRUE(request->keep_alive);
    EXPECT_TRUE(request->has_body());
}

TEST(RequestHead, Ends_at_its_empty_line_wherever_the_bytes_were_cut) {
    const std::string bytes = "\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\nrest";
    const auto whole = bytes.size() - 4;
    std::size_t searched = 0;
    for (std::size_t n = 0; n < whole; ++n) {
        EXPECT_FALSE(find_head(std::string_view{bytes}.substr(0, n), searched)) << n;
        searched = n;
    }
    EXPECT_EQ(find_head(bytes, searched), whole);
    EXPECT_TRUE(parse_head(std::string_view{bytes}.substr(0, whole)));
}

TEST(RequestHead, Framing_that_can_be_understood_in_two_ways_is_refused) {
    const std::vector<std::string> cases{
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: 5\r\nContent-Length: 5\r\n",
        "Content-Length: 5, 5\r\n",
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: identity\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding:\r\n",
        "Transfer-Encoding: \"chunked\"\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: +1\r\n",
        "Content-Length: 0x10\r\n",
        "Content-Length: 1 1\r\n",
        "Content-Length:\r\n",
        "Content-Length: 18446744073709551616\r\n",
        "Content-Length : 5\r\n",
        " Content-Length: 5\r\n",
        "Content-Length: 5\nTransfer-Encoding: chunked\r\n",
        "X: a\rContent-Length: 5\r\n",
        std::string{"X: a\0b\r\n", 8},
        "Host: y\r\n",
    };
    for (const auto& headers : cases) {
        const auto request = with(headers);
        ASSERT_FALSE(request) << headers;
        EXPECT_EQ(request.error().code, ErrorCode::kInvalid);
    }
}

TEST(RequestHead, Start_lines_that_are_none_are_refused) {
    for (const std::string line :
         {"", " ", "POST /", "POST / HTTP/2.0", "POST / HTTP/1.2", "POST  / HTTP/1.1", "P\x01ST / HTTP/1.1",
          "POST / http/1.1", "\x16\x03\x01", "POST /a b HTTP/1.1", "POST\t/ HTTP/1.1"}) {
        EXPECT_FALSE(parse_head(line + "\r\nHost: x\r\n\r\n")) << line;
    }
    EXPECT_FALSE(parse_head("POST / HTTP/1.1\r\n\r\n")) << "no host";
}

TEST(RequestHead, Knows_codings_it_can_undo_from_others) {
    const auto coding = [](const std::string& headers) { return with(headers)->coding; };
    EXPECT_EQ(coding(""), ContentCoding::kIdentity);
    EXPECT_EQ(coding("Content-Encoding: identity\r\n"), ContentCoding::kIdentity);
    EXPECT_EQ(coding("Content-Encoding: gzip\r\n"), ContentCoding::kGzip);
    EXPECT_EQ(coding("content-encoding: X-GZIP\r\n"), ContentCoding::kGzip);
    EXPECT_EQ(coding("Content-Encoding: deflate\r\n"), ContentCoding::kOther);
    EXPECT_EQ(coding("Content-Encoding: zstd\r\n"), ContentCoding::kOther);
    EXPECT_EQ(coding("Content-Encoding: gzip, gzip\r\n"), ContentCoding::kOther);
    EXPECT_EQ(coding("Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n"), ContentCoding::kOther);
}

TEST(RequestHead, Two_authorizations_are_not_the_first_one) {
    EXPECT_NE(with("Authorization: Bearer a\r\nAuthorization: Bearer b\r\n")->authorization, "Bearer a");
}

TEST(RequestHead, Old_clients_close_unless_they_ask_not_to) {
    const auto plain = parse_head("POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\n");
    ASSERT_TRUE(plain);
    EXPECT_TRUE(plain->http_1_0);
    EXPECT_FALSE(plain->keep_alive);
    EXPECT_TRUE(parse_head("POST / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")->keep_alive);
    EXPECT_FALSE(with("Connection: close\r\n")->keep_alive);
    EXPECT_FALSE(parse_head("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"));
}

}  // namespace
}  // namespace auditfwd
