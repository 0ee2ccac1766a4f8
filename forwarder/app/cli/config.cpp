// auditfwd config reference|default
#include <CLI/App.hpp>

#include "forwarder/app/cli/command_line.h"
#include "forwarder/app/cli/output.h"
#include "forwarder/config/parse.h"

namespace auditfwd::cli {

namespace {

void add_text(CLI::App& app, const char* name, const char* help, std::string (*text)(), int& exit) {
    app.add_subcommand(name, help)->callback([text, &exit] {
        Output output;
        output.write(text());
        exit = output.finish();
    });
}

}  // namespace

void add_config(CLI::App& app, int& exit) {
    auto* config = app.add_subcommand("config", "Print what can be configured")->require_subcommand(1);
    add_text(*config, "reference", "Every option, with type, default and meaning", config_reference, exit);
    add_text(*config, "default", "A commented file with every option at its default", config_default_file, exit);
}

}  // namespace auditfwd::cli
