// Cuts an endless input into bodies that the pipeline can take: whole lines of NDJSON, or one whole document.
//
// What fits into one chunk is given as it is. Of longer input the first line decides: if it is a whole JSON value, or
// cannot be the beginning of one, every line is an item and the input may have any length; else the input is one
// document. Owner and thread: whoever reads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "codecs/framing.h"
#include "forwarder/base/result.h"
#include "forwarder/base/units.h"

namespace auditfwd::cli {

struct Chunk {
    std::string_view text;  // limits::kPadding bytes behind it may be read; valid until the next call
    Framing framing = Framing::kAny;
    bool too_large = false;  // instead of a text: a line longer than may be held was skipped
};

class Feed {
public:
    static constexpr std::size_t kChunkBytes = 1_MiB;

    // Reads the file descriptor `file`, which stays open, and holds at most `bytes_max`.
    Feed(int file, std::size_t bytes_max);

    // Nothing at the end. Fails with kTooLarge for a document above `bytes_max`, else with what the system said.
    Result<std::optional<Chunk>> next();

private:
    struct Freed {
        void operator()(char* bytes) const { std::free(bytes); }
    };

    Result<void> fill(std::size_t bytes);
    Result<bool> grow();
    Result<void> choose();
    Result<std::optional<Chunk>> lines();
    Result<std::optional<Chunk>> skip_line();
    std::string_view held() const { return {buffer_.get() + begin_, size_ - begin_}; }

    const int file_;
    const std::size_t bytes_max_;
    std::unique_ptr<char, Freed> buffer_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;  // of what has not been given
    std::size_t size_ = 0;
    bool ended_ = false;  // the input
    bool chosen_ = false;
    Framing framing_ = Framing::kAny;
};

}  // namespace auditfwd::cli
