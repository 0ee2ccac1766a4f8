// auditfwd pipe [--config F] [--policy F] [--redaction MODE] [--rules F …]
#include <memory>

#include <CLI/App.hpp>

#include "forwarder/app/cli/command_line.h"
#include "forwarder/app/cli/output.h"
#include "forwarder/app/cli/walk.h"

namespace auditfwd::cli {

namespace {

class Records final : public Listener {
public:
    void records(std::string_view ndjson) override { output_.write(ndjson); }
    bool gone() const override { return output_.gone(); }
    Exit finish() { return output_.finish(); }

private:
    Output output_;
};

}  // namespace

void add_pipe(CLI::App& app, int& exit) {
    auto options = std::make_shared<WalkOptions>();
    auto* pipe = app.add_subcommand("pipe",
                                    "Audit events on stdin (NDJSON, Event, EventList) → records on stdout, as the "
                                    "forwarder would make them; no spool");
    add_walk_options(*pipe, *options);
    pipe->callback([options, &exit] {
        Records records;
        const auto walked = walk(*options, records);
        const auto written = records.finish();
        exit = written == kDone ? walked : written;
    });
}

}  // namespace auditfwd::cli
