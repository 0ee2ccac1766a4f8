// auditfwd spool ls|cat|verify|forget
#include "forwarder/spool/inspect.h"

#include <limits>
#include <memory>

#include <fmt/format.h>
#include <CLI/App.hpp>

#include "forwarder/app/cli/command_line.h"
#include "forwarder/app/cli/output.h"
#include "forwarder/app/cli/place.h"

namespace auditfwd::cli {

namespace {

struct SpoolOptions {
    PlaceOptions place;
    std::uint64_t from = 1;
    std::uint64_t to = std::numeric_limits<std::uint64_t>::max();
    std::string sink;
};

using Action = Result<Exit> (*)(FileSystem& files, const std::filesystem::path& spool, const SpoolOptions& options);

std::string show(const Cursor& cursor, const Spool::State& state) {
    const auto done = number(cursor.done);
    const auto last = number(state.last);
    const auto& counts = cursor.counts;
    auto text = fmt::format(
        "done to {}, {} behind (delivered {}, filtered {}, expired {}, damaged {}, dead-lettered {}, "
        "unused {})",
        done, last > done ? last - done : 0, counts.delivered, counts.filtered, counts.expired, counts.damaged,
        counts.dead_lettered, counts.unused);
    if (cursor.spool_id != state.id) text += "; of another spool: the sink starts anew";
    return text;
}

Result<void> list_sinks(FileSystem& files, const std::filesystem::path& spool, const Spool::State& state,
                        Output& output) {
    TRY(const auto names, list_cursors(files, spool));
    for (const auto& name : names) {
        const auto cursor = load_cursor(files, cursor_path(spool, name));
        output.write(fmt::format("sink        {}: {}\n", name,
                                 !cursor    ? cursor.error().message
                                 : !*cursor ? "gone"
                                            : show(**cursor, state)));
    }
    return {};
}

Result<Exit> list(FileSystem& files, const std::filesystem::path& spool, const SpoolOptions&) {
    TRY(const auto view, SpoolView::open(files, spool));
    const auto state = view->state();
    Output output;
    output.write(fmt::format("spool       {}, id {}\n", spool.string(), state.id));
    output.write(
        number(state.first) > number(state.last)
            ? fmt::format("records     none; the last was {}\n", number(state.last))
            : fmt::format("records     {} to {}, {} bytes\n", number(state.first), number(state.last), state.bytes));
    TRY(const auto segments, view->segments());
    for (const auto& segment : segments) {
        const auto holds = number(segment.offsets.last) < number(segment.offsets.first)
                               ? std::string{"no records yet"}
                               : fmt::format("{} to {}", number(segment.offsets.first), number(segment.offsets.last));
        output.write(fmt::format("segment     {}: {}, {} bytes, {}\n", segment.file, holds, segment.bytes,
                                 segment.created ? "begun " + to_rfc3339(*segment.created) : "header damaged"));
    }
    for (const auto& checkpoint : view->checkpoints()) {
        output.write(fmt::format("checkpoint  {}: {} bytes\n", checkpoint.source, checkpoint.position.size()));
    }
    TRY_VOID(list_sinks(files, spool, state, output));
    return output.finish();
}

std::string_view word(SpoolStep::Kind kind) {
    switch (kind) {
        case SpoolStep::Kind::kUnused:
            return "never used";
        case SpoolStep::Kind::kDamaged:
            return "damaged";
        case SpoolStep::Kind::kExpired:
            return "deleted";
        default:
            return "not there";
    }
}

Result<Exit> cat(FileSystem& files, const std::filesystem::path& spool, const SpoolOptions& options) {
    TRY(const auto view, SpoolView::open(files, spool));
    Output output;
    bool damaged = false;
    TRY_VOID(view->read(
        {Offset{options.from}, Offset{options.to}},
        [&](const RecordView& record) {
            output.write(record.json);
            output.write("\n");
            return !output.gone();
        },
        [&](const SpoolStep& gap) {
            damaged = damaged || gap.kind == SpoolStep::Kind::kDamaged;
            fmt::print(stderr, "auditfwd: offsets {} to {} are {}\n", number(gap.offsets.first),
                       number(gap.offsets.last), word(gap.kind));
        }));
    const auto written = output.finish();
    return written == kDone && damaged ? kBadInput : written;
}

Result<Exit> verify(FileSystem& files, const std::filesystem::path& spool, const SpoolOptions&) {
    TRY(const auto view, SpoolView::open(files, spool));
    TRY(const auto report, view->verify());
    Output output;
    for (const auto& finding : report.findings) {
        output.write(fmt::format("{}:{}: {} bytes: {}{}\n", finding.file, finding.position, finding.bytes, finding.what,
                                 finding.loss ? "" : " (torn: was never acknowledged)"));
    }
    output.write(fmt::format(
        "{} segments, {} blocks, {} records, {} bytes: {}\n", report.segments, report.blocks, report.records,
        report.bytes,
        report.losses == 0 ? "good"
                           : fmt::format("{} losses, {} offsets cannot be read", report.losses, report.unreadable)));
    const auto written = output.finish();
    return written == kDone && report.losses > 0 ? kBadInput : written;
}

Result<Exit> forget(FileSystem& files, const std::filesystem::path& spool, const SpoolOptions& options) {
    TRY_VOID(forget_cursor(files, spool, options.sink));
    return kDone;
}

CLI::App& add(CLI::App& app, const char* name, const char* help, const std::shared_ptr<SpoolOptions>& options,
              Action action, int& exit) {
    auto* command = app.add_subcommand(name, help);
    add_place_options(*command, options->place);
    command->callback([options, action, &exit] {
        exit = kBadInput;
        const auto spool = find_spool(options->place);
        if (!spool) return;
        SystemFileSystem files;
        const auto done = action(files, *spool, *options);
        exit = done ? *done : fail(done.error());
    });
    return *command;
}

}  // namespace

void add_spool(CLI::App& app, int& exit) {
    auto options = std::make_shared<SpoolOptions>();
    auto* spool =
        app.add_subcommand("spool", "Look into a spool, also beside a running forwarder")->require_subcommand(1);
    add(*spool, "ls", "Segments, sources' checkpoints, sinks' cursors", options, list, exit);
    auto& records = add(*spool, "cat", "Records as NDJSON; gaps are said on stderr", options, cat, exit);
    records.add_option("--from", options->from, "First offset")->type_name("OFFSET");
    records.add_option("--to", options->to, "Last offset")->type_name("OFFSET");
    add(*spool, "verify", "Read and check every byte", options, verify, exit);
    auto& name =
        add(*spool, "forget", "Remove the cursor of a sink that is no longer configured", options, forget, exit);
    name.add_option("sink", options->sink, "The sink's name")->required();
}

}  // namespace auditfwd::cli
