#include "codecs/block.h"

#include <zstd.h>

#include <algorithm>

#include "codecs/block_table.h"
#include "forwarder/base/assert.h"
#include "forwarder/base/crypto.h"
#include "forwarder/base/limits.h"

namespace auditfwd {

namespace {

// What a builder or a compressor keeps between blocks; a record above it is paid for while it is in hand.
constexpr std::size_t kKeptBytesMax = 2 * limits::kBlockBytes;

}  // namespace

struct Compressor::Impl {
    Impl() : context{ZSTD_createCCtx(), ZSTD_freeCCtx} {
        CHECK(context != nullptr);
        CHECK(!ZSTD_isError(ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, 1)));
        CHECK(!ZSTD_isError(ZSTD_CCtx_setParameter(context.get(), ZSTD_c_contentSizeFlag, 1)));
    }
    std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context;
    std::string buffer;
};

Compressor::Compressor() : impl_{std::make_unique<Impl>()} {}
Compressor::~Compressor() = default;
Compressor::Compressor(Compressor&&) noexcept = default;

std::string Compressor::compress(std::string_view bytes) {
    auto& buffer = impl_->buffer;
    const auto bound = ZSTD_compressBound(bytes.size());
    if (bound <= kKeptBytesMax) {
        if (buffer.size() < bound) buffer.resize(bound);
        const auto size =
            ZSTD_compress2(impl_->context.get(), buffer.data(), buffer.size(), bytes.data(), bytes.size());
        CHECK(!ZSTD_isError(size));
        return {buffer.data(), size};
    }
    // A large record: piece by piece, so that memory is what the result needs, not the worst case.
    CHECK(!ZSTD_isError(ZSTD_CCtx_setPledgedSrcSize(impl_->context.get(), bytes.size())));
    buffer.resize(kKeptBytesMax);
    std::string frame;
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    for (std::size_t left = 1; left != 0;) {
        ZSTD_outBuffer out{buffer.data(), buffer.size(), 0};
        left = ZSTD_compressStream2(impl_->context.get(), &out, &in, ZSTD_e_end);
        CHECK(!ZSTD_isError(left));
        frame.append(buffer.data(), out.pos);
    }
    return frame;
}

void BlockBuilder::add(RecordFacts facts) {
    CHECK(text_.size() > closed_ && text_.back() == '\n');
    const auto bytes = text_.size() - closed_ - 1;
    CHECK(bytes <= limits::kRecordBytesMax);
    facts.bytes = static_cast<std::uint32_t>(bytes);
    facts_.push_back(facts);
    closed_ = text_.size();
}

bool BlockBuilder::full() const { return text_.size() >= limits::kBlockBytes; }

Block BlockBuilder::seal(Compressor& compressor) {
    CHECK(closed_ == text_.size());
    Block block;
    if (empty()) return block;
    block.records_ = static_cast<std::uint32_t>(facts_.size());
    block.text_bytes_ = text_.size();
    block.table_ = encode_table(facts_);
    block.frame_ = compressor.compress(text_);
    block.table_crc_ = crc32c(block.table_);
    block.frame_crc_ = crc32c(block.frame_);
    text_.clear();
    if (text_.capacity() > kKeptBytesMax) text_.shrink_to_fit();
    facts_.clear();
    closed_ = 0;
    return block;
}

}  // namespace auditfwd
