// auditfwd-load: sends made audit events to a webhook and says how it went.
#include <cstdio>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "bench/load/load.h"

namespace {

using auditfwd::load::LoadOptions;
using auditfwd::load::LoadReport;

// The answers of a report, each as `format` says, with commas between.
std::string list_answers(const LoadReport& report, fmt::format_string<unsigned, std::uint64_t> format) {
    std::string list;
    for (const auto& [status, bodies] : report.answers) {
        if (!list.empty()) list += ',';
        list += fmt::format(format, unsigned{status}, std::uint64_t{bodies});
    }
    return list;
}

void print(LoadReport& report, bool as_json) {
    const auto events_per_second = static_cast<double>(report.events_acknowledged) / report.seconds;
    const auto megabytes_per_second = static_cast<double>(report.bytes_acknowledged) / report.seconds / 1e6;
    const auto p50 = report.latencies.percentile(0.5);
    const auto p99 = report.latencies.percentile(0.99);
    const auto p999 = report.latencies.percentile(0.999);
    const auto max = report.latencies.percentile(1);
    if (as_json) {
        fmt::print(R"({{"events":{},"seconds":{:.3f},"events_per_second":{:.0f},"megabytes_per_second":{:.1f},)"
                   R"("p50_ms":{:.3f},"p99_ms":{:.3f},"p999_ms":{:.3f},"max_ms":{:.3f},"answers":{{{}}}}})"
                   "\n",
                   report.events_acknowledged, report.seconds, events_per_second, megabytes_per_second, p50, p99, p999,
                   max, list_answers(report, R"("{}":{})"));
        return;
    }
    fmt::print("{} events in {:.2f} s: {:.0f} events/s, {:.1f} MB/s\n", report.events_acknowledged, report.seconds,
               events_per_second, megabytes_per_second);
    fmt::print("acknowledged p50 {:.3f} ms, p99 {:.3f} ms, p99.9 {:.3f} ms, longest {:.3f} ms\n", p50, p99, p999, max);
    fmt::print("bodies by answer:{}\n", list_answers(report, " {}: {}"));
}

}  // namespace

int main(int argc, char** argv) {
    LoadOptions options;
    std::string ids_path;
    long seconds = options.duration.count();
    long patience = options.target.patience.count();
    bool as_json = false;
    CLI::App app{"Sends made audit events (Metadata level, unique auditIDs) to a webhook over plain HTTP."};
    app.add_option("--host", options.target.host, "address")->capture_default_str();
    app.add_option("--port", options.target.port, "port")->capture_default_str();
    app.add_option("--path", options.target.path, "path")->capture_default_str();
    app.add_option("--token", options.target.token, "bearer token");
    app.add_option("--patience", patience, "seconds to wait for an answer")->capture_default_str();
    app.add_option("--connections", options.connections, "keep-alive connections")
        ->check(CLI::Range(1, 4096))
        ->capture_default_str();
    app.add_option("--batch", options.batch, "events in a body")->check(CLI::Range(1, 100'000))->capture_default_str();
    app.add_option("--event-bytes", options.event_bytes, "size of an event")
        ->check(CLI::Range(1, 1 << 20))
        ->capture_default_str();
    app.add_option("--rate", options.rate, "events a second at fixed times (open loop); 0: as fast as answers come")
        ->capture_default_str();
    app.add_option("--seconds", seconds, "how long")->capture_default_str();
    app.add_option("--bodies", options.bodies, "how many bodies instead of how long");
    app.add_option("--seed", options.seed, "of the events, and first part of their auditIDs")->capture_default_str();
    app.add_flag("--each-once", options.each_once, "send no body twice: a connection ends at its first failure");
    app.add_option("--ids", ids_path, "write a line \"STATUS auditID\" for each event sent; status 0: no answer");
    app.add_flag("--json", as_json, "print the figures as JSON");
    CLI11_PARSE(app, argc, argv);

    options.duration = std::chrono::seconds{seconds};
    options.target.patience = std::chrono::seconds{patience};
    if (!ids_path.empty() && (options.ids = std::fopen(ids_path.c_str(), "w")) == nullptr) {
        fmt::print(stderr, "auditfwd-load: cannot write {}\n", ids_path);
        return 3;
    }
    auto report = auditfwd::load::run_load(options);
    if (options.ids != nullptr) std::fclose(options.ids);
    print(report, as_json);
    return report.events_acknowledged > 0 ? 0 : 3;
}
