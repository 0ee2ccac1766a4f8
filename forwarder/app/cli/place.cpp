#include "forwarder/app/cli/place.h"

#include <cstdio>

#include <fmt/format.h>
#include <CLI/App.hpp>

#include "forwarder/app/cli/loading.h"
#include "forwarder/config/parse.h"

namespace auditfwd::cli {

void add_place_options(CLI::App& app, PlaceOptions& options) {
    auto* config = app.add_option("--config", options.config, "Configuration file")->type_name("FILE");
    app.add_option("--spool", options.spool, "The spool's directory, instead of the configuration's")
        ->type_name("DIRECTORY")
        ->excludes(config);
}

namespace {

std::optional<std::filesystem::path> configured_spool(const PlaceOptions& options) {
    if (!options.spool.empty()) return options.spool;
    std::string text;
    if (!options.config.empty()) {
        SystemFileSystem files;
        auto read = read_file(files, options.config, kConfigBytesMax);
        if (!read) {
            say({}, {read.error().at("auditfwd").message});
            return std::nullopt;
        }
        text = *std::move(read);
    }
    const auto [config, findings] = parse_config(text, options.config);
    auto errors = findings.errors();
    if (errors.empty() && config.spool.in_memory) {
        errors.push_back(fmt::format("{}: spool.durability: this spool lives in memory; there is nothing to look into",
                                     options.config));
    }
    say({}, errors);
    if (!errors.empty()) return std::nullopt;
    return config.spool.directory;
}

}  // namespace

std::optional<std::filesystem::path> find_spool(const PlaceOptions& options) {
    const auto spool = configured_spool(options);
    if (!spool) return std::nullopt;
    SystemFileSystem files;
    if (const auto there = files.stat(*spool); !there) {
        say({}, {there.error().at("auditfwd: spool").message});
        return std::nullopt;
    }
    return spool;
}

Exit fail(const Error& error) {
    fmt::print(stderr, "auditfwd: {}\n", error.message);
    switch (error.code) {
        case ErrorCode::kInvalid:
        case ErrorCode::kNotFound:
        case ErrorCode::kTooLarge:
        case ErrorCode::kExists:
            return kBadInput;
        default:
            return kEnvironment;
    }
}

}  // namespace auditfwd::cli
