// How redaction is configured.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace auditfwd {

enum class RedactionMode : std::uint8_t {
    kOff,
    kStandard,  // values known to be secret, and credentials recognised by their form
    kStrict     // everything in a body that is not known to be harmless
};

struct RedactionOptions {
    RedactionMode mode = RedactionMode::kStandard;
    std::vector<std::string> rules;       // see rules.h
    std::filesystem::path hash_key_file;  // empty: values are not hashed
};

// What is wrong with a rule, to follow it in a sentence; nothing when it is right.
std::optional<std::string> complain_of_rule(std::string_view rule);

}  // namespace auditfwd
