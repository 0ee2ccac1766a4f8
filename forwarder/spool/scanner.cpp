#include "forwarder/spool/scanner.h"

#include <algorithm>

#include "codecs/little_endian.h"
#include "forwarder/base/units.h"

namespace auditfwd::spool {

namespace {

constexpr std::size_t kHeadReadAhead = 16_KiB;
constexpr std::size_t kSearchReadAhead = 256_KiB;
constexpr std::size_t kKeptBytesMax = 2_MiB;

std::string magic_bytes() {
    std::string bytes;
    put(bytes, kSkippableMagic);
    return bytes;
}

}  // namespace

Result<std::string_view> Window::at(std::uint64_t position, std::size_t bytes, std::uint64_t end,
                                    std::size_t read_ahead) {
    if (position >= end) return std::string_view{};
    bytes = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, end - position));
    if (position < begin_ || position + bytes > begin_ + bytes_.size()) {
        const auto wanted = std::min<std::uint64_t>(std::max(bytes, read_ahead), end - position);
        begin_ = position;
        bytes_.resize(static_cast<std::size_t>(wanted));
        auto n = file_.read_at(position, bytes_);
        bytes_.resize(n ? *n : 0);
        if (!n) return std::move(n).error();
    }
    return std::string_view{bytes_}.substr(static_cast<std::size_t>(position - begin_), bytes);
}

bool Scanner::plausible(const BlockHead& head, std::uint64_t position) const {
    const Offset before{number(head.place.first) - head.place.unused};
    return head.place.synced <= position && (head.records == 0 || before >= expected_);
}

Result<std::optional<BlockHead>> Scanner::head_at(std::uint64_t position, std::uint64_t end) {
    TRY(const auto bytes, window_.at(position, kBlockHeadBytes, end, kHeadReadAhead));
    auto head = parse_block_head(bytes, seed_);
    if (head && !plausible(*head, position)) head.reset();
    return head;
}

Result<std::uint64_t> Scanner::find_head(std::uint64_t from, std::uint64_t end) {
    const auto magic = magic_bytes();
    while (from + kBlockHeadBytes <= end) {
        TRY(const auto bytes, window_.at(from, kSearchReadAhead, end, kSearchReadAhead));
        if (bytes.size() < kBlockHeadBytes) break;  // the file ends before `end`
        const auto found = bytes.find(magic);
        // The last bytes may be the beginning of a head: they are looked at again, with what follows.
        if (found == std::string_view::npos || bytes.size() - found < kBlockHeadBytes) {
            from += std::min(found, bytes.size() - kBlockHeadBytes + 1);
            continue;
        }
        const auto head = parse_block_head(bytes.substr(found), seed_);
        if (head && plausible(*head, from + found)) return from + found;
        from += found + 1;
    }
    return end;
}

Result<ScanItem> Scanner::next(std::uint64_t end) {
    ScanItem item;
    item.position = position_;
    if (position_ >= end) return item;
    TRY(const auto head, head_at(position_, end));
    if (head && head->bytes() <= end - position_) {
        item.kind = ScanItem::Kind::kBlock;
        item.bytes = head->bytes();
        item.head = *head;
        if (head->records > 0) expected_ = head->next();
    } else {
        item.kind = ScanItem::Kind::kBad;
        TRY(const auto found, find_head(position_ + 1, end));
        item.bytes = found - position_;
    }
    position_ += item.bytes;
    return item;
}

Result<void> BlockBytes::read(File& file, std::uint64_t position, const BlockHead& head) {
    rest_bytes_ = static_cast<std::size_t>(head.rest_bytes());
    return read_bytes(file, position + kBlockHeadBytes, rest_bytes_ + head.frame_bytes);
}

Result<void> BlockBytes::read_rest(File& file, std::uint64_t position, const BlockHead& head) {
    rest_bytes_ = static_cast<std::size_t>(head.rest_bytes());
    return read_bytes(file, position + kBlockHeadBytes, rest_bytes_);
}

Result<void> BlockBytes::read_bytes(File& file, std::uint64_t position, std::size_t bytes) {
    if (bytes_.capacity() > kKeptBytesMax && bytes <= kKeptBytesMax) std::string{}.swap(bytes_);
    bytes_.resize(bytes);
    auto n = file.read_at(position, bytes_);
    if (n && *n == bytes) return {};
    rest_bytes_ = 0;
    bytes_.clear();
    if (!n) return std::move(n).error();
    return Error{ErrorCode::kInvalid, "a block goes on behind the end of its file"};
}

}  // namespace auditfwd::spool
