#include "forwarder/app/cli/command_line.h"

#include <csignal>
#include <cstdio>
#include <exception>

#include <fmt/format.h>
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace auditfwd::cli {

namespace {

int parse_and_run(int argc, const char* const* argv) {
    CLI::App app{"Receives Kubernetes audit events, applies an audit policy, stores them durably, delivers them."};
    app.name("auditfwd");
    app.set_version_flag("--version", "auditfwd " AUDITFWD_VERSION);
    app.require_subcommand(1);
    app.failure_message([](const CLI::App*, const CLI::Error& error) {
        return fmt::format("auditfwd: {}; see auditfwd --help\n", error.what());
    });

    int exit = kDone;
    add_run(app, exit);
    add_validate(app, exit);
    add_pipe(app, exit);
    add_explain(app, exit);
    add_rules(app, exit);
    add_reassemble(app, exit);
    add_spool(app, exit);
    add_deadletters(app, exit);
    add_config(app, exit);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? kDone : kUsage;
    }
    return exit;
}

}  // namespace

int command_line(int argc, const char* const* argv) {
    std::signal(SIGPIPE, SIG_IGN);  // write() says it too
    try {
        return parse_and_run(argc, argv);
    } catch (const std::exception& error) {
        fmt::print(stderr, "auditfwd: {}\n", error.what());
        return kEnvironment;
    }
}

}  // namespace auditfwd::cli
