// From the bytes of a configuration file to a Config, or to every error in them.
//
// Pure: no file is opened; what needs the disk (policy, certificates) is checked by whoever loads it. Thread: any.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "forwarder/config/config.h"

namespace auditfwd {

// Larger files are refused.
inline constexpr std::size_t kConfigBytesMax = 1_MiB;

struct ParsedConfig {
    Config config;                      // only without errors
    std::vector<std::string> errors;    // "file:line:column: key: what is wrong; what would be right", in file order
    std::vector<std::string> warnings;  // the same form; the configuration works, though perhaps not as meant
};

// `name` is what messages call the file. An empty text is the default configuration.
ParsedConfig parse_config(std::string_view text, std::string_view name);

// Every option with type, default and meaning, as Markdown: REFERENCE.md.
std::string config_reference();

// A file that says the defaults, with what else could be said in comments.
std::string config_default_file();

}  // namespace auditfwd
