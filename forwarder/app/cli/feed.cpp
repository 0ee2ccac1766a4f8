#include "forwarder/app/cli/feed.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <new>

#include <fmt/format.h>

#include "forwarder/base/assert.h"
#include "forwarder/base/limits.h"

namespace auditfwd::cli {

namespace {

constexpr std::string_view kBlank = " \t\r\n";

// Whether all brackets that `line` opens are closed in it.
bool is_whole(std::string_view line) {
    std::size_t depth = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (in_string) {
            if (c == '\\') ++i;
            if (c == '"') in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            ++depth;
        } else if ((c == '}' || c == ']') && depth > 0) {
            --depth;
        }
    }
    return depth == 0 && !in_string;
}

// Whether the lines of `text` are items of their own; its first line that is not blank is complete.
bool is_lines(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
    const auto end = text.find('\n');
    const auto first = text.substr(0, end);
    if (first.empty() || (first[0] != '{' && first[0] != '[') || is_whole(first)) return true;
    // An object's next line begins with a key; a damaged first line of NDJSON is followed by another object.
    const auto next = text.find_first_not_of(kBlank, end);
    return first[0] == '{' && next != text.npos && text[next] == '{';
}

}  // namespace

Feed::Feed(int file, std::size_t bytes_max) : file_{file}, bytes_max_{std::max(bytes_max, kChunkBytes)} {}

// Reads until `bytes` are held, or the input ends.
Result<void> Feed::fill(std::size_t bytes) {
    if (begin_ > 0) {
        std::memmove(buffer_.get(), buffer_.get() + begin_, size_ - begin_);
        size_ -= begin_;
        begin_ = 0;
    }
    if (capacity_ < bytes) {
        // realloc() moves pages instead of bytes, so that a large document is never held twice.
        auto* moved = static_cast<char*>(std::realloc(buffer_.release(), bytes + limits::kPadding));
        if (!moved) throw std::bad_alloc{};
        buffer_.reset(moved);
        capacity_ = bytes;
    }
    while (!ended_ && size_ < bytes) {
        const auto read = ::read(file_, buffer_.get() + size_, bytes - size_);
        if (read < 0 && errno == EINTR) continue;
        if (read < 0) return system_error(errno, "read standard input");
        if (read == 0) ended_ = true;
        size_ += static_cast<std::size_t>(read);
    }
    return {};
}

// Holds up to twice as much; false when that may not be.
Result<bool> Feed::grow() {
    if (size_ >= bytes_max_) return false;
    TRY_VOID(fill(std::min(bytes_max_, 2 * std::max(size_, kChunkBytes))));
    return true;
}

Result<void> Feed::choose() {
    chosen_ = true;
    TRY_VOID(fill(kChunkBytes));
    const auto first_line_ends = [this] {
        const auto begin = held().find_first_not_of(kBlank);
        return begin != std::string_view::npos && held().find('\n', begin) != std::string_view::npos;
    };
    while (!ended_ && !first_line_ends()) {
        TRY(const bool more, grow());
        if (!more) break;
    }
    if (!ended_ && is_lines(held())) framing_ = Framing::kLines;
    return {};
}

Result<std::optional<Chunk>> Feed::next() {
    if (!chosen_) TRY_VOID(choose());
    if (framing_ == Framing::kLines) return lines();
    while (!ended_) {
        TRY(const bool more, grow());
        if (!more) {
            return Error{
                ErrorCode::kTooLarge,
                fmt::format("standard input: one document of more than {} bytes; raise memory, or give one event "
                            "a line",
                            bytes_max_)};
        }
    }
    const auto text = held();
    begin_ = size_;
    if (text.find_first_not_of(kBlank) == text.npos) return std::optional<Chunk>{};
    return std::optional<Chunk>{Chunk{text, Framing::kAny, false}};
}

Result<std::optional<Chunk>> Feed::lines() {
    TRY_VOID(fill(std::max(kChunkBytes, size_ - begin_)));
    while (!ended_ && held().rfind('\n') == std::string_view::npos) {
        TRY(const bool more, grow());
        if (!more) return skip_line();
    }
    auto text = held();
    if (text.empty()) return std::optional<Chunk>{};
    if (!ended_) text = text.substr(0, text.rfind('\n') + 1);
    begin_ += text.size();
    return std::optional<Chunk>{Chunk{text, Framing::kLines, false}};
}

Result<std::optional<Chunk>> Feed::skip_line() {
    while (true) {
        const auto end = held().find('\n');
        begin_ = end == std::string_view::npos ? size_ : begin_ + end + 1;
        if (end != std::string_view::npos || ended_) break;
        TRY_VOID(fill(kChunkBytes));
    }
    return std::optional<Chunk>{Chunk{{}, Framing::kLines, true}};
}

}  // namespace auditfwd::cli
