#include "forwarder/config/check.h"

#include <fmt/format.h>

#include <algorithm>

#include "forwarder/base/limits.h"
#include "forwarder/config/check_parts.h"
#include "forwarder/config/notation.h"

namespace auditfwd {

namespace {

using namespace std::chrono_literals;

// The API server waits 30 s for an answer; every wait of ours ends before, the inner ones first.
static_assert(limits::kMemoryWait <= limits::kBodyWait && limits::kBodySilence <= limits::kBodyWait);
static_assert(limits::kBodyWait < limits::kDurableWait && limits::kDurableWait < 30s);

constexpr std::size_t kMemorySpoolShare = 4;  // of the memory, for a spool that lives there
std::size_t memory_spool_max(const Config& config) { return config.memory / kMemorySpoolShare; }

void derive_source(Config& config, std::size_t index, const Findings& findings) {
    const bool own_cluster = findings.given(source_path(config, index) + ".cluster");
    std::visit(
        [&](auto& source) {
            if (!own_cluster) source.cluster = config.cluster;
        },
        config.sources[index]);
    if (auto* webhook = std::get_if<WebhookOptions>(&config.sources[index])) {
        if (webhook->body_bytes_max == 0) webhook->body_bytes_max = body_max(config);
    } else if (auto& file = std::get<FileSourceOptions>(config.sources[index]); file.line_bytes_max == 0) {
        file.line_bytes_max = body_max(config);
    }
}

void derive_spool(Config& config, const Findings& findings) {
    constexpr std::uint64_t kSegments = 8;  // so that space is given back in small steps
    if (!config.spool.in_memory) return;
    if (!findings.given("spool.max_size")) config.spool.bytes_max = memory_spool_max(config);
    if (!findings.given("spool.segment_size")) config.spool.segment_bytes = config.spool.bytes_max / kSegments;
}

void derive_dead_letters(Config& config, const Findings& findings) {
    const auto share = config.spool.bytes_max / kDeadLetterShare / config.sinks.size();
    for (std::size_t i = 0; i < config.sinks.size(); ++i) {
        auto& bytes = config.sinks[i].delivery.dead_letter_bytes_max;
        if (!findings.given(sink_path(i) + ".max_dead_letters")) bytes = std::min(bytes, share);
    }
}

void check_spool(const Config& config, Findings& findings) {
    const auto& spool = config.spool;
    for (const auto key : {"memory", "spool.max_size", "spool.segment_size", "spool.durability"}) {
        if (findings.failed(key)) return;
    }
    if (spool.in_memory) {
        findings.warning(
            "spool.durability",
            "memory: events are acknowledged before any disk has them, and are lost when the process ends");
        if (spool.bytes_max > memory_spool_max(config)) {
            findings.error(
                "spool.max_size",
                fmt::format(
                    "{} is more than a quarter of memory ({}), where this spool lives; lower it or raise memory",
                    show_size(spool.bytes_max), show_size(config.memory)));
        }
    }
    if (spool.bytes_max < 2 * spool.segment_bytes) {
        findings.error("spool.max_size",
                       fmt::format("{} is less than two segments of {}; raise it, or lower segment_size",
                                   show_size(spool.bytes_max), show_size(spool.segment_bytes)));
    }
}

}  // namespace

void derive(Config& config, const Findings& findings) {
    for (std::size_t i = 0; i < config.sources.size(); ++i) derive_source(config, i, findings);
    derive_spool(config, findings);
    derive_dead_letters(config, findings);
}

void check(const Config& config, Findings& findings) {
    check_sources(config, findings);
    check_sinks(config, findings);
    check_listeners(config, findings);
    check_spool(config, findings);
    if (!findings.failed("shutdown_deadline") && config.shutdown_deadline <= limits::kDurableWait) {
        findings.warning("shutdown_deadline",
                         fmt::format("{} is not above the {} a request in hand may take; such requests may go "
                                     "unanswered, and are sent again",
                                     show_duration(config.shutdown_deadline), show_duration(limits::kDurableWait)));
    }
}

}  // namespace auditfwd
