#include "forwarder/source/file/line_scanner.h"

#include <algorithm>

namespace auditfwd {

bool LineScanner::feed(std::string_view block) {
    while (!block.empty()) {
        if (scanned_ == begin_) {
            const auto hole = std::min(block.find_first_not_of('\0'), block.size());
            hole_bytes_ += hole;
            begin_ += hole;
            scanned_ += hole;
            block.remove_prefix(hole);
        }
        const auto newline = block.find('\n');
        if (newline == std::string_view::npos) {
            scanned_ += block.size();
            return false;
        }
        const auto end = scanned_ + newline + 1;
        if (end - begin_ <= line_bytes_max_) {
            end_ = end;
            return true;
        }
        block.remove_prefix(newline + 1);
        pass_over(end);
    }
    return false;
}

void LineScanner::finish() {
    if (scanned_ - begin_ > line_bytes_max_) pass_over(scanned_);
}

void LineScanner::pass_over(std::uint64_t end) {
    ++oversize_lines_;
    last_oversize_ = {begin_, end - begin_};
    begin_ = scanned_ = end;
}

}  // namespace auditfwd
