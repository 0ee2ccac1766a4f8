#include "codecs/edits.h"

#include <algorithm>

#include "codecs/json_text.h"
#include "forwarder/base/limits.h"

namespace auditfwd {

namespace {

constexpr std::size_t kPointerBytesMax = 256;

std::string_view cut_at_character(std::string_view text, std::size_t size_max) {
    if (text.size() <= size_max) return text;
    while ((static_cast<unsigned char>(text[size_max]) & 0xc0) == 0x80) --size_max;
    return text.substr(0, size_max);
}

}  // namespace

void Edits::replace(TextRange range, std::string_view text, Room room) {
    if (edits_.size() >= kMax && room == Room::kInside) {
        full_ = true;
        return;
    }
    sorted_ = sorted_ && (edits_.empty() || edits_.back().range.end <= range.begin);
    edits_.push_back({range, static_cast<std::uint32_t>(text_.size()), static_cast<std::uint32_t>(text.size())});
    text_ += text;
}

std::span<const Edit> Edits::sorted() {
    if (!sorted_) {
        // The wider first where two begin together; then what lies inside an earlier one goes.
        std::stable_sort(edits_.begin(), edits_.end(), [](const Edit& a, const Edit& b) {
            return a.range.begin != b.range.begin ? a.range.begin < b.range.begin : a.range.end > b.range.end;
        });
        std::uint32_t end = 0;
        std::erase_if(edits_, [&](const Edit& edit) {
            if (edit.range.begin < end) return true;
            end = edit.range.end;
            return false;
        });
        sorted_ = true;
    }
    return edits_;
}

void Edits::forget(TextRange range) {
    std::erase_if(edits_,
                  [&](const Edit& edit) { return edit.range.begin >= range.begin && edit.range.end <= range.end; });
    full_ = false;
}

void Edits::clear() {
    edits_.clear();
    text_.clear();
    sorted_ = true;
    full_ = false;
}

void MemberCutter::end_run(std::uint32_t next_begin) {
    // Cut members before the first kept one take their commas with them at their end.
    edits_->cut(kept_end_ != 0 ? TextRange{kept_end_, run_.end} : TextRange{run_.begin, next_begin}, room_);
    run_ = {};
}

void MemberCutter::cut(TextRange member) {
    if (run_.size() == 0) run_ = member;
    run_.end = member.end;
}

void MemberCutter::end() {
    if (run_.size() != 0) edits_->cut({kept_end_ != 0 ? kept_end_ : run_.begin, run_.end}, room_);
    run_ = {};
}

void Removed::add(std::string_view pointer) {
    scratch_.clear();
    append_quoted(scratch_, cut_at_character(pointer, kPointerBytesMax));
    add_entry(scratch_);
}

void Removed::add_entry(std::string_view quoted) {
    if (quoted.starts_with("\"+")) {
        const auto more = parse_int(quoted.substr(2, quoted.size() - 3));
        if (more && *more > 0) unnamed_ += static_cast<std::size_t>(*more);
        return;
    }
    std::size_t begin = 0;
    for (std::size_t i = 0; i < named_; ++i) {
        if (std::string_view{text_}.substr(begin, ends_[i] - begin) == quoted) return;
        begin = ends_[i] + 1;
    }
    if (named_ == limits::kRecordListMax) {
        ++unnamed_;
        return;
    }
    if (named_ != 0) text_ += ',';
    text_ += quoted;
    ends_[named_++] = text_.size();
}

void Removed::add_entries(std::string_view array) {
    for (std::size_t at = 0; at < array.size(); ++at) {
        if (array[at] != '"') continue;
        const auto begin = at++;
        while (at < array.size() && array[at] != '"') at += array[at] == '\\' ? 2 : 1;
        add_entry(array.substr(begin, at - begin + 1));
    }
}

void Removed::add_all(const Removed& other) {
    std::size_t begin = 0;
    for (std::size_t i = 0; i < other.named_; ++i) {
        add_entry(std::string_view{other.text_}.substr(begin, other.ends_[i] - begin));
        begin = other.ends_[i] + 1;
    }
    unnamed_ += other.unnamed_;
}

void Removed::append_to(std::string& out) const {
    out += text_;
    if (unnamed_ != 0) {
        out += named_ != 0 ? ",\"+" : "\"+";
        out += std::to_string(unnamed_);
        out += '"';
    }
}

void Removed::clear() {
    text_.clear();
    named_ = 0;
    unnamed_ = 0;
}

}  // namespace auditfwd
