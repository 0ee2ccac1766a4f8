#include "forwarder/net/body_framing.h"

#include <gtest/gtest.h>

namespace auditfwd {
namespace {

HttpRequest chunked() {
    HttpRequest request;
    request.chunked = true;
    return request;
}

struct Read {
    bool ok = true;
    bool done = false;
    std::string data;
    std::size_t consumed = 0;
};

// Gives `bytes` in portions of `portion`.
Read read(const HttpRequest& request, std::string_view bytes, std::size_t portion) {
    BodyFraming framing{request};
    Read result;
    while (result.consumed < bytes.size() && !framing.done()) {
        auto now = bytes.substr(result.consumed, portion);
        while (!now.empty() && !framing.done()) {
            const auto piece = framing.next(now);
            if (!piece) {
                result.ok = false;
                return result;
            }
            result.data += piece->data;
            result.consumed += piece->consumed;
            now.remove_prefix(piece->consumed);
        }
    }
    result.done = framing.done();
    return result;
}

TEST(BodyFraming, Chunks_give_the_same_body_wherever_they_are_cut) {
    const std::string bytes =
        "5\r\nhello\r\n00A;ext=\"v; w\"\r\n, chunked \r\n5\r\nworld\r\n0;last\r\nTrailer: x\r\nOther: y\r\n\r\nGET "
        "/next";
    for (std::size_t portion = 1; portion <= bytes.size(); ++portion) {
        const auto result = read(chunked(), bytes, portion);
        EXPECT_TRUE(result.ok);
        EXPECT_TRUE(result.done) << portion;
        EXPECT_EQ(result.data, "hello, chunked world") << portion;
        EXPECT_EQ(result.consumed, bytes.size() - 9) << "the next request is not the body's";
    }
}

TEST(BodyFraming, Wrong_chunks_are_refused_wherever_they_are_cut) {
    for (const std::string bytes :
         {"\r\n", "g\r\n", "-1\r\n", "0x5\r\n", " 5\r\nhello\r\n", "5 \r\nhello\r\n", "5\nhello\r\n", "5\r\nhelloX\r\n",
          "5\r\nhello\n0\r\n\r\n", "5\r\nhello\r\r\n", "5\rX", "1000000000000\r\n", ";\r\n", "5;a\nb\r\n", "0\r\n\n",
          "0\r\nA: b\n\r\n", "0\r\n\rX"}) {
        for (std::size_t portion = 1; portion <= bytes.size(); ++portion) {
            EXPECT_FALSE(read(chunked(), bytes, portion).ok) << bytes;
        }
    }
}

TEST(BodyFraming, Extensions_and_trailers_are_bounded) {
    const std::string much(5000, 'x');
    EXPECT_FALSE(read(chunked(), "5;" + much, 100).ok);
    EXPECT_FALSE(read(chunked(), "0\r\n" + much, 100).ok);
    std::string many = "0\r\n";
    for (int i = 0; i < 5000; ++i) many += "a\r\n";
    EXPECT_FALSE(read(chunked(), many, 100).ok);
}

TEST(BodyFraming, A_cut_body_is_not_done) {
    const std::string bytes = "5\r\nhello\r\n0\r\n\r\n";
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const auto result = read(chunked(), std::string_view{bytes}.substr(0, size), 3);
        EXPECT_TRUE(result.ok);
        EXPECT_FALSE(result.done) << size;
    }
}

TEST(BodyFraming, A_counted_body_ends_at_its_length) {
    HttpRequest request;
    request.content_length = 5;
    for (std::size_t portion = 1; portion < 10; ++portion) {
        const auto result = read(request, "helloGET /", portion);
        EXPECT_TRUE(result.done);
        EXPECT_EQ(result.data, "hello");
        EXPECT_EQ(result.consumed, 5u);
    }
}

TEST(BodyFraming, No_body_is_done_at_once) {
    EXPECT_TRUE(BodyFraming{HttpRequest{}}.done());
    HttpRequest request;
    request.content_length = 0;
    EXPECT_TRUE(BodyFraming{request}.done());
}

}  // namespace
}  // namespace auditfwd
