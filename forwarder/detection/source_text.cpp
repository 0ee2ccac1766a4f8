#include <algorithm>

#include "forwarder/detection/rule_items.h"

namespace auditfwd::detection {

void SourceText::append(const YamlFile& file, const YamlNode& scalar) {
    pieces_.push_back({.begin = text_.size(), .file = &file, .node = &scalar, .place = scalar.place});
    text_ += scalar.text;
}

void SourceText::append(std::string_view written, const Place& place) {
    pieces_.push_back({.begin = text_.size(), .file = nullptr, .node = nullptr, .place = place});
    text_ += written;
}

void SourceText::append(const SourceText& other) {
    const auto moved = text_.size();
    for (auto piece : other.pieces_) {
        piece.begin += moved;
        pieces_.push_back(piece);
    }
    text_ += other.text_;
}

Place SourceText::place(std::size_t offset) const {
    const auto after = std::ranges::upper_bound(pieces_, offset, {}, &Piece::begin);
    if (after == pieces_.begin()) return {};
    const auto& piece = *std::prev(after);
    return piece.file ? place_in(*piece.file, *piece.node, offset - piece.begin) : piece.place;
}

}  // namespace auditfwd::detection
