#include "forwarder/detection/expand.h"

#include <algorithm>
#include <set>

namespace auditfwd::detection {

namespace {

constexpr std::string_view kBlanks = " \t\n\r";
constexpr std::string_view kDelimiters = " \t\n\r(),=";
constexpr std::size_t kNone = static_cast<std::size_t>(-1);

bool blank(char c) { return kBlanks.find(c) != kBlanks.npos; }

std::string quoted_item(const std::string& item) {
    if (item.find(' ') == item.npos || item.front() == '"' || item.front() == '\'') return item;
    return '"' + item + '"';
}

}  // namespace

Lists::Lists(const Items& items) : items_{items}, texts_(items.lists.size()), used_(items.lists.size()) {
    for (std::size_t i = 0; i < items.lists.size(); ++i) {
        const auto& list = items.lists[i];
        by_name_.emplace(list.name, i);
        auto& text = texts_[i];
        const auto add = [&](const std::string& item) {
            if (text.size() > kConditionBytesMax) return;  // expand() will say so
            if (!text.empty()) text += ", ";
            text += quoted_item(item);
        };
        for (const auto& item : list.items) {
            const auto inner = items.list_by_name.find(item);
            if (inner == items.list_by_name.end() || items.lists[inner->second].index >= list.visibility) {
                add(item);
                continue;
            }
            used_[inner->second] = true;
            for (const auto& below : items.lists[inner->second].items) {
                add(below);
                const auto third = items.list_by_name.find(below);
                // One that comes later is still put in, when the condition is gone over for it.
                if (third != items.list_by_name.end() && third->second < i) not_expanded_.push_back({i, below});
            }
        }
    }
}

std::size_t Lists::list_named(std::string_view word) const {
    const auto found = by_name_.find(word);
    return found == by_name_.end() ? kNone : found->second;
}

// Adds the lists from `from` on that are words of the text.
void Lists::mark(std::string_view text, std::size_t from, std::vector<std::size_t>& heap) const {
    while (!text.empty()) {
        const auto end = std::min(text.find_first_of(kDelimiters), text.size());
        const auto list = end == 0 ? kNone : list_named(text.substr(0, end));
        if (list != kNone && list >= from) {
            heap.push_back(list);
            std::ranges::push_heap(heap, std::greater{});
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

bool Lists::expand(const std::string& condition, ExpandedText& out) {
    out.text = condition;
    out.origin.resize(condition.size());
    for (std::size_t i = 0; i < condition.size(); ++i) out.origin[i] = static_cast<std::uint32_t>(i);
    // One list after the other, in the order of their definitions, as Falco does.
    std::vector<std::size_t> heap;
    mark(condition, 0, heap);
    for (std::size_t last = kNone; !heap.empty();) {
        std::ranges::pop_heap(heap, std::greater{});
        const auto list = heap.back();
        heap.pop_back();
        if (list == last) continue;
        last = list;
        used_[list] = true;
        if (!put_in(list, out)) return false;
        mark(texts_[list], list + 1, heap);
    }
    total_ += out.text.size();
    return total_ <= kTotalBytesMax;
}

bool Lists::put_in(std::size_t list, ExpandedText& out) const {
    const std::string_view name = items_.lists[list].name;
    const auto& items = texts_[list];
    ExpandedText next;
    const auto copy = [&](std::size_t begin, std::size_t end) {
        next.text.append(out.text, begin, end - begin);
        next.origin.insert(next.origin.end(), out.origin.begin() + static_cast<std::ptrdiff_t>(begin),
                           out.origin.begin() + static_cast<std::ptrdiff_t>(end));
    };
    std::size_t done = 0;
    for (std::size_t i = 0; i < out.text.size();) {
        const auto end = std::min(out.text.find_first_of(kDelimiters, i), out.text.size());
        if (std::string_view{out.text}.substr(i, end - i) != name) {
            i = end + 1;
            continue;
        }
        auto behind = end;
        while (behind < out.text.size() && blank(out.text[behind])) ++behind;
        copy(done, i);
        if (items.empty()) {  // takes a comma with it, the one before if there is one
            while (!next.text.empty() && blank(next.text.back())) {
                next.text.pop_back();
                next.origin.pop_back();
            }
            if (next.text.ends_with(',')) {
                next.text.pop_back();
                next.origin.pop_back();
            } else if (behind < out.text.size() && out.text[behind] == ',') {
                ++behind;
            }
        }
        const auto origin = out.origin[i];
        next.text.append(" ").append(items).append(" ");
        next.origin.resize(next.text.size(), origin);
        if (next.text.size() > kConditionBytesMax) return false;
        done = i = behind;
    }
    copy(done, out.text.size());
    out = std::move(next);
    return out.text.size() <= kConditionBytesMax;
}

}  // namespace auditfwd::detection
