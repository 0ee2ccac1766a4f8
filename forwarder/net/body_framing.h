// Where a body ends: bytes of the connection in, pieces of the body out. Pure, byte by byte, nothing is kept.
//
// Chunks are decoded here and not by Beast, whose parser (1.81) ends the program on a last chunk that arrives in two
// parts. RFC 9112 section 7.1, strictly: CRLF only, extensions and trailers bounded and ignored.
// Owner: the session, one per request. Thread: its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "forwarder/net/http.h"

namespace auditfwd {

class BodyFraming {
public:
    explicit BodyFraming(const HttpRequest& request)
        : chunked_{request.chunked}, left_{request.content_length.value_or(0)}, done_{!request.has_body()} {}

    // The body of a reply.
    BodyFraming(bool chunked, std::uint64_t bytes) : chunked_{chunked}, left_{bytes}, done_{!chunked && bytes == 0} {}

    struct Piece {
        std::size_t consumed = 0;  // of the bytes given; all of them unless the piece or the body ends before
        std::string_view data{};   // part of the body, inside the bytes given; may be empty
    };
    // The next piece in `bytes`, which go on where the last call stopped. Fails with kInvalid on wrong chunks; nothing
    // may follow then.
    Result<Piece> next(std::string_view bytes);

    bool done() const { return done_; }
    // What is still to come of a body with Content-Length; 0 when it is chunked.
    std::uint64_t left() const { return chunked_ ? 0 : left_; }
    // As above, for bytes that were read past next().
    void skip(std::size_t bytes);

private:
    enum class At { kSize, kExtension, kSizeEnd, kData, kDataEnd, kDataLineEnd, kTrailer, kTrailerEnd };
    bool step(char c);

    bool chunked_;
    std::uint64_t left_;  // of the body, or of the chunk
    bool done_;
    At at_ = At::kSize;
    unsigned digits_ = 0;
    std::size_t ignored_ = 0;  // bytes of extensions, then of trailers
    bool line_empty_ = true;   // of a trailer
};

}  // namespace auditfwd
