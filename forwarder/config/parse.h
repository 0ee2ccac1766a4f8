// From the bytes of a configuration file to a Config, or to every error in them.
//
// Pure: no file is opened; what needs the disk (policy, certificates) is checked by whoever loads it. Thread: any.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "forwarder/config/config.h"
#include "forwarder/config/findings.h"

namespace auditfwd {

// Larger files are refused.
inline constexpr std::size_t kConfigBytesMax = 1_MiB;

struct ParsedConfig {
    Config config;      // to be used only without errors
    Findings findings;  // whoever looks at the files it names adds to them
};

// `name` is what messages call the file. An empty text is the default configuration.
ParsedConfig parse_config(std::string_view text, std::string_view name);

// Every option with type, default and meaning, as Markdown: REFERENCE.md.
std::string config_reference();

// A file that says the defaults, with what else could be said in comments.
std::string config_default_file();

}  // namespace auditfwd
