#include "forwarder/delivery/select.h"

#include <algorithm>

namespace auditfwd {

namespace {

template <class Fact>
unsigned bits_of(const std::vector<Fact>& wanted) {
    if (wanted.empty()) return ~0u;
    unsigned bits = 0;
    for (const auto fact : wanted) bits |= 1u << static_cast<unsigned>(fact);
    return bits;
}

bool is_one_of(std::string_view word, const std::vector<std::string>& names) {
    std::string buffer;
    const auto text = plain_text(word, word.size(), buffer);
    return std::ranges::any_of(names, [text](std::string_view name) {
        if (!name.ends_with('*')) return name == text;
        return text.starts_with(name.substr(0, name.size() - 1));
    });
}

}  // namespace

Selector::Selector(const Selection& selection)
    // Only what was detected has a priority.
    : priority_{selection.detections.empty() ? selection.priority : std::min(selection.priority, Priority::kDebug)},
      levels_{bits_of(selection.levels)},
      verbs_{bits_of(selection.verbs)},
      codes_{bits_of(selection.codes)},
      namespaces_{selection.namespaces},
      users_{selection.users},
      detections_{selection.detections} {
    if (!namespaces_.empty()) words_.add(RecordWord::kNamespace);
    if (!users_.empty()) words_.add(RecordWord::kUser);
    if (!detections_.empty()) words_.add(RecordWord::kDetections);
    trivial_ = priority_ == Priority::kNone && levels_ == ~0u && verbs_ == ~0u && codes_ == ~0u && words_.empty();
}

bool Selector::wants_words(const RecordView& record) const {
    const RecordWords words{record, words_};
    if (!namespaces_.empty() && !is_one_of(words[RecordWord::kNamespace], namespaces_)) return false;
    if (!users_.empty() && !is_one_of(words[RecordWord::kUser], users_)) return false;
    const auto selected = [this](std::string_view name) { return is_one_of(name, detections_); };
    return detections_.empty() || any_text(words[RecordWord::kDetections], selected);
}

}  // namespace auditfwd
