#include "forwarder/source/file/gzip_file.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include <isa-l/igzip_lib.h>

namespace auditfwd {

namespace {

constexpr std::size_t kStep = 64_KiB;

Error read_only() { return {ErrorCode::kInvalid, "a gzip file is only read"}; }

}  // namespace

struct GzipFile::Inflater {
    inflate_state state;
    std::array<char, kStep> input;
    std::uint64_t input_position = 0;  // of the compressed file, behind `input`
    bool input_ended = false;
};

GzipFile::GzipFile(std::unique_ptr<File> compressed)
    : compressed_{std::move(compressed)}, inflater_{std::make_unique<Inflater>()} {
    window_.reserve(2 * kWindow);
    start();
}

GzipFile::~GzipFile() = default;

void GzipFile::start() {
    isal_inflate_init(&inflater_->state);
    inflater_->state.crc_flag = ISAL_GZIP;
    inflater_->state.avail_in = 0;
    inflater_->input_position = 0;
    inflater_->input_ended = false;
    window_.clear();
    window_begin_ = 0;
    ended_ = damaged_ = false;
}

Result<std::size_t> GzipFile::read_at(std::uint64_t position, std::span<char> into) {
    if (position < window_begin_) start();
    std::size_t done = 0;
    while (done < into.size()) {
        const auto at = position + done;
        const auto window_end = window_begin_ + window_.size();
        if (at < window_end) {
            const auto n = window_.copy(into.data() + done, into.size() - done, at - window_begin_);
            done += n;
            continue;
        }
        TRY(const bool more, inflate_some());
        if (!more) break;
    }
    return done;
}

Result<void> GzipFile::refill() {
    auto& in = *inflater_;
    if (in.state.avail_in > 0 || in.input_ended) return {};
    TRY(const auto n, compressed_->read_at(in.input_position, in.input));
    in.input_position += n;
    in.input_ended = n == 0;
    in.state.next_in = reinterpret_cast<std::uint8_t*>(in.input.data());
    in.state.avail_in = static_cast<std::uint32_t>(n);
    return {};
}

Result<bool> GzipFile::inflate_some() {
    if (ended_) return false;
    auto& state = inflater_->state;
    if (window_.size() + kStep > 2 * kWindow) {
        const auto old = window_.size() - kWindow;
        window_.erase(0, old);
        window_begin_ += old;
    }
    const auto had = window_.size();
    while (window_.size() == had) {
        TRY_VOID(refill());
        if (state.block_state == ISAL_BLOCK_FINISH) {
            // Members may follow each other; what else stands behind one is padding.
            if (state.avail_in == 0 || *state.next_in != 0x1f) {
                ended_ = true;
                return false;
            }
            isal_inflate_reset(&state);
            state.crc_flag = ISAL_GZIP;
        }
        const auto input_before = state.avail_in;
        window_.resize(had + kStep);
        state.next_out = reinterpret_cast<std::uint8_t*>(window_.data() + had);
        state.avail_out = kStep;
        const int status = isal_inflate(&state);
        window_.resize(had + kStep - state.avail_out);
        const bool stuck = window_.size() == had && state.avail_in == input_before && inflater_->input_ended &&
                           state.block_state != ISAL_BLOCK_FINISH;
        if (status < 0 || status == ISAL_NEED_DICT || stuck) {
            ended_ = damaged_ = true;
            return window_.size() > had;
        }
    }
    return true;
}

Result<FileStat> GzipFile::stat() { return compressed_->stat(); }
Result<void> GzipFile::write_at(std::uint64_t, std::span<const std::string_view>) { return read_only(); }
Result<void> GzipFile::sync() { return read_only(); }
Result<void> GzipFile::truncate(std::uint64_t) { return read_only(); }

}  // namespace auditfwd
