// A policy as its file says it, before it is compiled: see matcher.h.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "codecs/record.h"

namespace auditfwd {

class StageSet {
public:
    StageSet() = default;
    StageSet(std::initializer_list<Stage> stages) {
        for (const auto stage : stages) insert(stage);
    }
    void insert(Stage stage) { bits_ = static_cast<std::uint8_t>(bits_ | 1U << static_cast<unsigned>(stage)); }
    void insert(StageSet other) { bits_ |= other.bits_; }
    bool contains(Stage stage) const { return (bits_ >> static_cast<unsigned>(stage) & 1U) != 0; }
    bool operator==(const StageSet&) const = default;

private:
    std::uint8_t bits_ = 0;
};

// Empty lists are no constraint.
struct GroupResources {
    std::string group;  // "" is the core group, "*" any
    std::vector<std::string> resources;
    std::vector<std::string> resource_names;
};

struct Rule {
    Level level = Level::kNone;
    std::vector<std::string> users;
    std::vector<std::string> user_groups;
    std::vector<std::string> verbs;
    std::vector<std::string> namespaces;
    std::vector<GroupResources> resources;
    std::vector<std::string> non_resource_urls;
    StageSet omit_stages;  // its own; those of the whole policy come on top
    std::optional<bool> omit_managed_fields;
    std::size_t line = 0;
};

struct RuleSet {
    std::vector<Rule> rules;
    StageSet omit_stages;
    bool omit_managed_fields = false;
};

}  // namespace auditfwd
