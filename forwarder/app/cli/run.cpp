// auditfwd run [--config F]
#include <unistd.h>

#include <memory>

#include <CLI/App.hpp>

#include "forwarder/app/app.h"
#include "forwarder/app/cli/command_line.h"
#include "forwarder/app/cli/loading.h"

namespace auditfwd::cli {

void add_run(CLI::App& app, int& exit) {
    auto options = std::make_shared<RunOptions>();
    auto* run = app.add_subcommand("run",
                                   "The forwarder. Without a file: webhook on 127.0.0.1:9880, spool and NDJSON "
                                   "output under ./auditfwd-data, built-in policy eks");
    run->add_option("--config", options->config_path, "Configuration file")->type_name("FILE");
    run->add_option("--ready-file", options->ready_file, "Written once everything serves: JSON with the bound ports")
        ->type_name("FILE");
    run->callback([options, &exit] {
        SystemFileSystem files;
        const auto loaded = load(options->config_path, files);
        say(loaded.warnings, loaded.errors);
        if (!loaded.errors.empty()) {
            exit = kBadInput;
            return;
        }
        options->live_summary = isatty(STDERR_FILENO) == 1;
        exit = auditfwd::run(loaded.config, *options);
    });
}

}  // namespace auditfwd::cli
