// What rule files say, item by item, and what is left of it once appends, overrides and redefinitions are applied.
//
// Falco's order holds: a name keeps the place where it was first defined, and the content it was given last.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "codecs/record.h"
#include "forwarder/detection/diagnostics.h"
#include "forwarder/detection/yaml_tree.h"

namespace auditfwd::detection {

inline constexpr std::size_t kItemsMax = 200'000;  // lists, macros and rules, over all files
inline constexpr std::size_t kRulesMax = 50'000;

// Text put together from scalars of files and from what we write ourselves; knows where each part of it stands.
class SourceText {
public:
    void append(const YamlFile& file, const YamlNode& scalar);
    void append(std::string_view written, const Place& place);
    void append(const SourceText& other);
    const std::string& text() const { return text_; }
    bool empty() const { return text_.empty(); }
    Place place(std::size_t offset) const;

private:
    struct Piece {
        std::size_t begin;
        const YamlFile* file;  // null: written by us
        const YamlNode* node;
        Place place;
    };
    std::string text_;
    std::vector<Piece> pieces_;
};

struct ListItem {
    std::string name;
    std::vector<std::string> items;
    Place place;
    std::size_t index = 0;       // of its first definition among all items
    std::size_t visibility = 0;  // of its last change
};

struct MacroItem {
    std::string name;
    SourceText condition;
    Place place;
    std::size_t index = 0;
    std::size_t visibility = 0;
    bool falco_compat = true;
};

// A scalar or a list of entries, in an exception.
struct ExceptionEntry {
    bool given = false;
    bool is_list = false;
    std::string item;
    std::vector<ExceptionEntry> items;
    Place place;
};

struct ExceptionItem {
    std::string name;
    ExceptionEntry fields;
    ExceptionEntry comps;
    std::vector<ExceptionEntry> values;
    Place place;
};

struct RuleItem {
    std::string name;
    std::string description;
    SourceText condition;
    SourceText output;
    std::string source;
    bool source_given = false;
    Priority priority = Priority::kDebug;
    std::set<std::string> tags;
    std::vector<ExceptionItem> exceptions;
    Place place;
    bool enabled = true;
    bool skip_if_unknown = false;
    bool falco_compat = true;
};

struct Items {
    // In the order of their first definitions.
    std::vector<ListItem> lists;
    std::vector<MacroItem> macros;
    std::vector<RuleItem> rules;
    std::unordered_map<std::string, std::size_t> list_by_name;
    std::unordered_map<std::string, std::size_t> macro_by_name;
    std::unordered_map<std::string, std::size_t> rule_by_name;
    std::size_t count = 0;
};

// Reads one file's items into `items`; what is wrong goes to `diagnostics`. `file` outlives `items`.
void read_items(const YamlFile& file, bool falco_compat, Items& items, Diagnostics& diagnostics);

// "rule \"X\""
std::string subject_of(std::string_view kind, std::string_view name);

}  // namespace auditfwd::detection
