#include "forwarder/config/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "forwarder/base/limits.h"
#include "forwarder/config/notation.h"

namespace auditfwd {

namespace {

using namespace std::chrono_literals;

// The API server waits 30 s for an answer; every wait of ours ends before, the inner ones first.
static_assert(limits::kMemoryWait <= limits::kBodyWait && limits::kBodySilence <= limits::kBodyWait);
static_assert(limits::kBodyWait < limits::kDurableWait && limits::kDurableWait < 30s);

constexpr std::size_t kBodyShare = 5;         // the largest body is memory / this; intake reserves three times a body
constexpr std::size_t kMemorySpoolShare = 4;  // of the memory, for a spool that lives there
constexpr std::size_t kBodySeen = 40_MiB;     // smaller bounds would have refused bodies that were measured

std::size_t body_max(const Config& config) { return config.memory / kBodyShare; }
std::size_t memory_spool_max(const Config& config) { return config.memory / kMemorySpoolShare; }

std::string source_path(const Config& config, std::size_t index) {
    const auto kind = std::holds_alternative<WebhookOptions>(config.sources[index]) ? "webhook" : "file";
    return fmt::format("sources[{}].{}", index, kind);
}

std::string sink_path(std::size_t index) { return fmt::format("sinks[{}]", index); }

std::filesystem::path whole_path(const std::filesystem::path& path) {
    std::error_code ignored;
    auto whole = std::filesystem::absolute(path, ignored).lexically_normal();
    return whole.has_filename() ? whole : whole.parent_path();
}

bool is_inside(const std::filesystem::path& path, const std::filesystem::path& directory) {
    const auto inner = whole_path(path);
    const auto outer = whole_path(directory);
    return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

// Remembers who has what, and says who had it before.
class Taken {
public:
    // The path that has `thing` already, if one has; else `path` has it from now on.
    const std::string* take(const std::string& thing, const std::string& path) {
        const auto [entry, fresh] = owners_.emplace(thing, path);
        return fresh ? nullptr : &entry->second;
    }

private:
    std::map<std::string, std::string> owners_;
};

void check_body_max(const Config& config, std::size_t bytes, const std::string& path, Findings& findings) {
    if (findings.failed("memory") || findings.failed(path)) return;
    if (bytes > body_max(config)) {
        findings.error(path, fmt::format("{} is more than a fifth of memory ({}); lower it, or raise memory to {}",
                                         show_size(bytes), show_size(config.memory), show_size(bytes * kBodyShare)));
    }
}

// Where the bound follows from `memory`, once for all sources.
void warn_small_bodies(const Config& config, Findings& findings) {
    if (findings.failed("memory")) return;
    const auto remedy = fmt::format("bodies of 36 MB were seen, and a refused one is lost; raise memory to {} or more",
                                    show_size(kBodySeen * kBodyShare));
    bool derived = false;
    for (std::size_t i = 0; i < config.sources.size(); ++i) {
        const auto* webhook = std::get_if<WebhookOptions>(&config.sources[i]);
        const auto path = source_path(config, i) + ".max_body";
        if (!webhook || webhook->body_bytes_max >= kBodySeen || findings.failed(path)) continue;
        if (findings.given(path)) {
            findings.warning(path, fmt::format("{} refuses larger requests: {}, and this too",
                                               show_size(webhook->body_bytes_max), remedy));
        } else {
            derived = true;
        }
    }
    if (derived)
        findings.warning("memory",
                         fmt::format("{} refuses requests above a fifth of it: {}", show_size(config.memory), remedy));
}

void check_exposure(const WebhookOptions& webhook, const std::string& path, Findings& findings) {
    if (webhook.tls && !webhook.tls->allowed_names.empty() && webhook.tls->client_ca.empty()) {
        findings.error(path + ".tls.allowed_names", "is never looked at without client_ca; give that too");
    }
    for (const auto key : {".listen", ".tls.client_ca", ".tokens_file", ".insecure"}) {
        if (findings.failed(path + key)) return;
    }
    const auto address = parse_listen_address(webhook.listen);
    if (!address || address->loopback || webhook.insecure) return;
    const bool authenticates = !webhook.tokens_file.empty() || (webhook.tls && !webhook.tls->client_ca.empty());
    if (webhook.tls && authenticates) return;
    const auto lacks = !webhook.tls && !authenticates ? "TLS and authentication"
                       : webhook.tls                  ? "authentication"
                                                      : "TLS";
    const auto remedy = webhook.tls     ? "tls.client_ca or tokens_file"
                        : authenticates ? "tls"
                                        : "tls, and tls.client_ca or tokens_file";
    findings.error(path + ".listen", fmt::format("{} is reachable from other machines without {}; add {}, listen on "
                                                 "127.0.0.1, or say insecure: true",
                                                 webhook.listen, lacks, remedy));
}

void check_listeners(const Config& config, Findings& findings) {
    struct Listener {
        ListenAddress address;
        std::string path;
    };
    std::vector<Listener> listeners;
    const auto add = [&](const std::string& text, const std::string& path) {
        const auto address = parse_listen_address(text);
        if (findings.failed(path) || !address || address->port == 0) return;
        for (const auto& other : listeners) {
            const bool same = address->host == other.address.host || address->any || other.address.any;
            if (same && address->port == other.address.port) {
                return findings.error(path, fmt::format("{} is taken by {}; choose another port", text, other.path));
            }
        }
        listeners.push_back({*address, path});
    };
    for (std::size_t i = 0; i < config.sources.size(); ++i) {
        const auto* webhook = std::get_if<WebhookOptions>(&config.sources[i]);
        if (webhook) add(webhook->listen, source_path(config, i) + ".listen");
    }
    add(config.admin.listen, "admin.listen");
}

void check_sources(const Config& config, Findings& findings) {
    Taken names, files;
    for (std::size_t i = 0; i < config.sources.size(); ++i) {
        const auto path = source_path(config, i);
        const auto& name = name_of(config.sources[i]);
        if (const auto* other = findings.failed(path + ".name") ? nullptr : names.take(name, path)) {
            findings.error(path + ".name",
                           fmt::format("{} is the name of {} too; give each source its own", in_quotes(name), *other));
        }
        if (const auto* webhook = std::get_if<WebhookOptions>(&config.sources[i])) {
            check_body_max(config, webhook->body_bytes_max, path + ".max_body", findings);
            check_exposure(*webhook, path, findings);
        } else if (const auto& file = std::get<FileSourceOptions>(config.sources[i]);
                   !findings.failed(path + ".path")) {
            check_body_max(config, file.line_bytes_max, path + ".max_line", findings);
            if (const auto* other = files.take(whole_path(file.path).string(), path)) {
                findings.error(path + ".path",
                               fmt::format("is read by {} already; every event would come twice", *other));
            }
        }
    }
}

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
        if (const auto* file = std::get_if<FileSinkOptions>(&sink.kind))
            check_file_sink(config, *file, path, files, findings);
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
    for (std::size_t i = 0; i < config.sources.size(); ++i) {
        const bool own_cluster = findings.given(source_path(config, i) + ".cluster");
        std::visit(
            [&](auto& source) {
                if (!own_cluster) source.cluster = config.cluster;
            },
            config.sources[i]);
        if (auto* webhook = std::get_if<WebhookOptions>(&config.sources[i])) {
            if (webhook->body_bytes_max == 0) webhook->body_bytes_max = body_max(config);
        } else if (auto& file = std::get<FileSourceOptions>(config.sources[i]); file.line_bytes_max == 0) {
            file.line_bytes_max = body_max(config);
        }
    }
    if (config.spool.in_memory) {
        constexpr std::uint64_t kSegments = 8;  // so that space is given back in small steps
        if (!findings.given("spool.max_size")) config.spool.bytes_max = memory_spool_max(config);
        if (!findings.given("spool.segment_size")) config.spool.segment_bytes = config.spool.bytes_max / kSegments;
    }
}

void check(const Config& config, Findings& findings) {
    check_sources(config, findings);
    warn_small_bodies(config, findings);
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
