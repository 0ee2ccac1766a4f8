#include "forwarder/net/body_framing.h"

#include <algorithm>

#include "forwarder/base/assert.h"

namespace auditfwd {

namespace {

constexpr unsigned kDigitsMax = 12;             // of a chunk's size
constexpr std::size_t kIgnoredBytesMax = 4096;  // extensions of one chunk; trailers

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool is_text(char c) { return static_cast<unsigned char>(c) >= 0x20 || c == '\t'; }

}  // namespace

void BodyFraming::skip(std::size_t bytes) {
    CHECK(!chunked_ && bytes <= left_);
    left_ -= bytes;
    done_ = left_ == 0;
}

Result<BodyFraming::Piece> BodyFraming::next(std::string_view bytes) {
    if (done_) return Piece{};
    if (!chunked_) {
        const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
        skip(n);
        return Piece{n, bytes.substr(0, n)};
    }
    std::size_t i = 0;
    while (i < bytes.size() && !done_) {
        if (at_ == At::kData) {
            const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size() - i));
            left_ -= n;
            if (left_ == 0) at_ = At::kDataEnd;
            return Piece{i + n, bytes.substr(i, n)};
        }
        if (!step(bytes[i++])) return Error{ErrorCode::kInvalid, "body: wrong chunk"};
    }
    return Piece{i, {}};
}

// One byte outside of data; false when it must not be there.
bool BodyFraming::step(char c) {
    switch (at_) {
        case At::kSize:
            if (const int value = hex_value(c); value >= 0) {
                left_ = left_ * 16 + static_cast<unsigned>(value);
                return ++digits_ <= kDigitsMax;
            }
            if (digits_ == 0) return false;
            ignored_ = 0;
            at_ = c == '\r' ? At::kSizeEnd : At::kExtension;
            return c == '\r' || c == ';';
        case At::kExtension:
            if (c == '\r') at_ = At::kSizeEnd;
            return c == '\r' || (is_text(c) && ++ignored_ <= kIgnoredBytesMax);
        case At::kSizeEnd:
            at_ = left_ > 0 ? At::kData : At::kTrailer;
            ignored_ = 0;
            return c == '\n';
        case At::kData:
            return false;  // next() hands it out
        case At::kDataEnd:
            at_ = At::kDataLineEnd;
            return c == '\r';
        case At::kDataLineEnd:
            at_ = At::kSize;
            digits_ = 0;
            return c == '\n';
        case At::kTrailer:
            if (c == '\r') {
                at_ = At::kTrailerEnd;
                return true;
            }
            line_empty_ = false;
            return is_text(c) && ++ignored_ <= kIgnoredBytesMax;
        case At::kTrailerEnd:
            done_ = line_empty_;
            line_empty_ = true;
            at_ = At::kTrailer;
            return c == '\n';
    }
    return false;
}

}  // namespace auditfwd
