// Which spool a subcommand is about.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "forwarder/app/cli/command_line.h"
#include "forwarder/base/result.h"

namespace auditfwd::cli {

struct PlaceOptions {
    std::string config;  // empty: the built-in configuration
    std::string spool;   // the directory; empty: the configuration's
};

// Adds their flags.
void add_place_options(CLI::App& app, PlaceOptions& options);

// The spool's directory. Nothing, with errors said, when the configuration cannot be used.
std::optional<std::filesystem::path> find_spool(const PlaceOptions& options);

// Says it on stderr; kBadInput for what the caller could have known, else kEnvironment.
Exit fail(const Error& error);

}  // namespace auditfwd::cli
