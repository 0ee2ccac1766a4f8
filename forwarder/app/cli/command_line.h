// The command line: `auditfwd SUBCOMMAND …`, one file per subcommand.
//
// Errors go to stderr, one line each. Results go to stdout; a reader that goes away is no error.
#pragma once

namespace CLI {
class App;
}

namespace auditfwd::cli {

enum Exit : int {
    kDone = 0,
    kBadInput = 1,  // input or configuration
    kUsage = 2,
    kEnvironment = 3,  // disk, ports, permissions
};

// Parses the arguments, runs the subcommand, gives the exit code. Throws nothing.
int command_line(int argc, const char* const* argv);

// Each adds its subcommand to `app`; when that is run it sets `exit`, which outlives `app`.
void add_run(CLI::App& app, int& exit);
void add_validate(CLI::App& app, int& exit);
void add_pipe(CLI::App& app, int& exit);
void add_explain(CLI::App& app, int& exit);
void add_rules(CLI::App& app, int& exit);
void add_reassemble(CLI::App& app, int& exit);
void add_spool(CLI::App& app, int& exit);
void add_deadletters(CLI::App& app, int& exit);
void add_config(CLI::App& app, int& exit);

}  // namespace auditfwd::cli
