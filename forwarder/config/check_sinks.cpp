#include <fmt/format.h>

#include "forwarder/config/check_parts.h"
#include "forwarder/config/notation.h"

namespace auditfwd {

namespace {

void check_file_sink(const Config& config, const FileSinkOptions& file, const std::string& path, Taken& files,
                     Findings& findings) {
    const auto key = path + ".file.path";
    if (findings.failed(key)) return;
    const bool is_stdout = file.path == "-";
    const auto whole = is_stdout ? std::string{"-"} : whole_path(file.path).string();
    if (const auto* other = files.take(whole, path)) {
        findings.error(key, fmt::format("is written by {} already; choose another", *other));
    }
    if (is_stdout) return;
    if (!file.path.has_filename()) {
        findings.error(
            key, fmt::format("{} is a directory; add a file name, like audit.ndjson", in_quotes(file.path.string())));
    }
    if (!findings.failed("spool.directory") && is_inside(file.path, config.spool.directory)) {
        findings.error(key, fmt::format("is inside the spool's directory {}; choose another directory",
                                        in_quotes(config.spool.directory.string())));
    }
    for (std::size_t i = 0; i < config.sources.size(); ++i) {
        const auto* source = std::get_if<FileSourceOptions>(&config.sources[i]);
        if (source && !source->path.empty() && whole_path(source->path) == whole) {
            return findings.error(key, fmt::format("is what {} reads; choose another file", source_path(config, i)));
        }
    }
}

void check_delivery(const DeliveryOptions& delivery, const std::string& path, Findings& findings) {
    const auto key = path + ".retry_min";
    if (findings.failed(key) || findings.failed(path + ".retry_max")) return;
    if (delivery.retry_min > delivery.retry_max) {
        findings.error(key, fmt::format("{} is above retry_max ({}); swap them", show_duration(delivery.retry_min),
                                        show_duration(delivery.retry_max)));
    }
}

// A spool full of dead letters would take no events.
void check_dead_letters(const Config& config, Findings& findings) {
    if (findings.failed("spool.max_size") || config.spool.in_memory) return;
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < config.sinks.size(); ++i) {
        const auto key = sink_path(i) + ".max_dead_letters";
        if (findings.failed(key)) return;
        sum += config.sinks[i].delivery.dead_letter_bytes_max;
        if (sum > config.spool.bytes_max / kDeadLetterShare) {
            return findings.error(key,
                                  fmt::format("with this the dead letters of all sinks may take {}, more than half of "
                                              "spool.max_size ({}); lower it, or raise that",
                                              show_size(sum), show_size(config.spool.bytes_max)));
        }
    }
}

}  // namespace

void check_sinks(const Config& config, Findings& findings) {
    constexpr std::string_view kReserved = "intake";  // whose dead letters are the intake's
    Taken names, files;
    for (std::size_t i = 0; i < config.sinks.size(); ++i) {
        const auto path = sink_path(i);
        const auto& sink = config.sinks[i];
        if (!findings.failed(path + ".name") && !sink.name.empty()) {
            if (sink.name == kReserved) findings.error(path + ".name", "\"intake\" is reserved; choose another");
            if (const auto* other = names.take(sink.name, path)) {
                findings.error(path + ".name", fmt::format("{} is the name of {} too; give each sink its own",
                                                           in_quotes(sink.name), *other));
            }
        }
        check_delivery(sink.delivery, path, findings);
        if (const auto* file = std::get_if<FileSinkOptions>(&sink.kind))
            check_file_sink(config, *file, path, files, findings);
        if (const auto* kafka = std::get_if<KafkaOptions>(&sink.kind))
            check_kafka_sink(*kafka, path + ".kafka", findings);
        if (const auto* cloudwatch = std::get_if<CloudWatchOptions>(&sink.kind))
            check_cloudwatch_sink(*cloudwatch, path + ".cloudwatch", findings);
    }
    check_dead_letters(config, findings);
}

}  // namespace auditfwd
