// A rule file as trees with places, before anyone asks what it means. YAML through yaml-cpp's events, with bounds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "forwarder/detection/diagnostics.h"

namespace auditfwd::detection {

struct YamlNode {
    enum class Kind : std::uint8_t { kNull, kScalar, kSequence, kMapping };

    Kind kind = Kind::kNull;
    bool plain = false;                   // a scalar without quotes
    Place place;                          // of its first character
    std::size_t at = 0;                   // the same as an offset in the file
    std::string text;                     // of a scalar
    std::vector<std::uint32_t> children;  // a sequence's items; a mapping's keys and values by turns
};

struct YamlFile {
    std::string text;  // as read
    std::vector<YamlNode> nodes;
    std::vector<std::uint32_t> roots;  // one per document that is not empty

    const YamlNode& at(std::uint32_t id) const { return nodes[id]; }
    // The value of a key in a mapping; null when it has none.
    const YamlNode* find(const YamlNode& mapping, std::string_view key) const;
};

inline constexpr std::size_t kRuleFileBytesMax = 16u << 20;
inline constexpr std::size_t kYamlDepthMax = 32;
inline constexpr std::size_t kYamlNodesMax = 2'000'000;

// What cannot be read is one error; false then.
bool read_yaml(std::string text, std::size_t file, YamlFile& out, Diagnostics& diagnostics);

// Where the character at `offset` of a scalar's text stands in its file: exact but for white space that was folded.
Place place_in(const YamlFile& file, const YamlNode& scalar, std::size_t offset);

}  // namespace auditfwd::detection
