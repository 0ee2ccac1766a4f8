// auditfwd deadletters ls|retry
#include <memory>

#include <fmt/format.h>
#include <CLI/App.hpp>

#include "forwarder/app/cli/command_line.h"
#include "forwarder/app/cli/output.h"
#include "forwarder/app/cli/place.h"
#include "forwarder/delivery/dead_letters.h"

namespace auditfwd::cli {

namespace {

struct DeadLetterOptions {
    PlaceOptions place;
    std::string sink;
};

Result<Exit> list(FileSystem& files, const std::filesystem::path& spool) {
    TRY(const auto summaries, list_dead_letters(files, spool));
    Output output;
    for (const auto& summary : summaries) {
        output.write(fmt::format("{}: {} in {} bytes{}\n", summary.sink, summary.count, summary.bytes,
                                 summary.retry_asked ? ", to be sent again" : ""));
        for (const auto& [reason, count] : summary.reasons) output.write(fmt::format("{:>10}  {}\n", count, reason));
    }
    return output.finish();
}

Result<Exit> retry(FileSystem& files, const std::filesystem::path& spool, const std::string& sink) {
    TRY_VOID(ask_for_retry(files, spool, sink));
    Output output;
    output.write(fmt::format("{}: the forwarder sends them again within seconds, or at its next start\n", sink));
    return output.finish();
}

}  // namespace

void add_deadletters(CLI::App& app, int& exit) {
    auto options = std::make_shared<DeadLetterOptions>();
    const auto run = [options, &exit](auto action) {
        exit = kBadInput;
        const auto spool = find_spool(options->place);
        if (!spool) return;
        SystemFileSystem files;
        const auto done = action(files, *spool);
        exit = done ? *done : fail(done.error());
    };
    auto* letters =
        app.add_subcommand("deadletters", "Records that a destination will not take")->require_subcommand(1);
    auto* ls =
        letters->add_subcommand("ls", "How many, and why, by sink; `intake` are items that were no audit events");
    add_place_options(*ls, options->place);
    ls->callback([run] { run(list); });
    auto* again = letters->add_subcommand("retry", "Have a sink's dead letters sent again");
    add_place_options(*again, options->place);
    again->add_option("sink", options->sink, "The sink's name")->required();
    again->callback([run, options] {
        run([&](FileSystem& files, const std::filesystem::path& spool) { return retry(files, spool, options->sink); });
    });
}

}  // namespace auditfwd::cli
