#include "forwarder/redaction/marks.h"

#include <algorithm>

#include "codecs/json_text.h"

namespace auditfwd {

void Marks::begin(std::string_view text, Edits& edits) {
    text_ = text;
    edits_ = &edits;
    places_.clear();
}

void Marks::replace(TextRange range, std::string_view with) {
    edits_->replace(range, with);
    if (!edits_->full()) places_.push_back(range.begin);
}

void Marks::value(TextRange value) {
    const auto raw = text_.substr(value.begin, value.size());
    with_ = '"';
    if (raw[0] == '"') {
        const auto content = raw.substr(1, raw.size() - 2);
        if (content.empty() || Replacement::is_one(content)) return;
        if (replacement_.hashes()) {
            plain_.resize(content.size());
            const auto size = unescape(content, plain_.data());
            if (size) plain_.resize(*size);
            replacement_.append_to(with_, size ? std::string_view{plain_} : content);
            plain_.clear();
        } else {
            replacement_.append_to(with_, content);
        }
    } else {
        if (raw == "null") return;
        replacement_.append_to(with_, raw);
    }
    with_ += '"';
    replace(value, with_);
}

void Marks::part(TextRange part) {
    with_.clear();
    replacement_.append_to(with_, text_.substr(part.begin, part.size()));
    replace(part, with_);
}

void Marks::rewrite(TextRange string, std::string_view content) {
    with_.clear();
    append_quoted(with_, content);
    if (text_.substr(string.begin, string.size()).find("\\u0026") != text_.npos) {
        for (auto at = with_.find('&'); at != with_.npos; at = with_.find('&', at + 6)) with_.replace(at, 1, "\\u0026");
    }
    replace(string, with_);
}

bool Marks::any_inside(TextRange range) const {
    return std::any_of(places_.begin(), places_.end(),
                       [range](std::uint32_t place) { return place >= range.begin && place < range.end; });
}

}  // namespace auditfwd
