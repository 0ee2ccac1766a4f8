// Lists in conditions: Falco puts their items in as text, before anything is parsed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "forwarder/detection/rule_items.h"

namespace auditfwd::detection {

struct ExpandedText {
    std::string text;
    std::vector<std::uint32_t> origin;  // of each character: its offset before
};

class Lists {
public:
    // Of one condition, and of all of a rule set.
    static constexpr std::size_t kConditionBytesMax = 4u << 20;
    static constexpr std::size_t kTotalBytesMax = 256u << 20;

    // A list that names an earlier one gets its items, one level deep.
    explicit Lists(const Items& items);

    // False: the bound is reached.
    bool expand(const std::string& condition, ExpandedText& out);
    bool used(std::size_t list) const { return used_[list]; }
    // Items that are the name of a list all the same, and stay words: the list, the item.
    struct NotExpanded {
        std::size_t list;
        std::string item;
    };
    const std::vector<NotExpanded>& not_expanded() const { return not_expanded_; }

private:
    std::size_t list_named(std::string_view word) const;
    void mark(std::string_view text, std::size_t from, std::vector<std::size_t>& heap) const;
    bool put_in(std::size_t list, ExpandedText& out) const;

    const Items& items_;
    std::vector<std::string> texts_;  // of each list: its items, as they are put in
    std::unordered_map<std::string_view, std::size_t> by_name_;
    std::vector<bool> used_;
    std::vector<NotExpanded> not_expanded_;
    std::size_t total_ = 0;
};

}  // namespace auditfwd::detection
