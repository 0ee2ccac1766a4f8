#include "forwarder/config/options.h"

#include <algorithm>

#include "forwarder/config/notation.h"

namespace auditfwd {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kUpper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kDigits = "0123456789";

bool is_of(char c, std::initializer_list<std::string_view> sets) {
    return std::ranges::any_of(sets, [c](std::string_view set) { return set.find(c) != set.npos; });
}

// Names are file names, metric labels and words on the command line.
Complaint check_name(std::string_view text) {
    constexpr std::size_t kNameMax = 40;
    const bool right =
        !text.empty() && text.size() <= kNameMax && text.front() != '-' && std::ranges::all_of(text, [](char c) {
            return is_of(c, {kLower, kDigits, "-"});
        });
    if (right) return std::nullopt;
    return "is not a name; write 1 to 40 of a-z, 0-9 and '-', the first not '-'";
}

// Clusters are named in records and in the webhook's paths.
Complaint check_cluster(std::string_view text) {
    constexpr std::size_t kClusterMax = 100;
    const bool right = !text.empty() && text.size() <= kClusterMax && is_of(text.front(), {kLower, kUpper, kDigits}) &&
                       std::ranges::all_of(text, [](char c) {
                           return is_of(c, {kLower, kUpper, kDigits, "._:-"});
                       });
    if (right) return std::nullopt;
    return "is not a cluster's name; write 1 to 100 of A-Z, a-z, 0-9, '.', '_', ':' and '-', a letter or digit first";
}

Complaint check_listen(std::string_view text) {
    if (const auto address = parse_listen_address(text); !address) return address.error().message;
    return std::nullopt;
}

Complaint check_filled(std::string_view text) {
    if (text.empty()) return "is empty; give a text or leave the key out";
    return std::nullopt;
}

constexpr TextRule kName{"name", check_name};
constexpr TextRule kCluster{"cluster name", check_cluster};
constexpr TextRule kListen{"address:port", check_listen};
constexpr TextRule kPolicy{"eks, metadata, all or path", check_filled};
constexpr TextRule kPeerName{"text", check_filled};

constexpr Counts kBodySizes{64_KiB, 1_GiB};

void declare_durability(OptionVisitor& options, Durability& value) {
    options.choice({.key = "durability",
                    .help = "When a sync of the spool is asked for: at once, or within a second or 16 MiB. The "
                            "source's data is acknowledged after the sync in both."},
                   value, {"sync", "interval"});
}

void declare_origin(OptionVisitor& options, std::string& name, std::string& cluster, bool& trusted) {
    options.text({.key = "name", .help = "The source's name in records, metrics and checkpoints. Unique."}, name,
                 kName);
    options.text({.key = "cluster",
                  .help = "The cluster its events belong to.",
                  .unset = "the `cluster` at the top",
                  .example = "prod-1"},
                 cluster, kCluster);
    options.choice({.key = "upstream",
                    .help = "Who sends. `trusted` is another auditfwd: what it added to a record is merged; from all "
                            "others it is removed as forged."},
                   trusted, {"untrusted", "trusted"});
}

}  // namespace

void declare(OptionVisitor& options, TlsServerOptions& tls) {
    options.path({.key = "certificate",
                  .help = "The server's certificate with its chain, leaf first.",
                  .example = "/etc/auditfwd/tls/tls.crt",
                  .required = true},
                 tls.certificate);
    options.path({.key = "key",
                  .help = "The certificate's private key.",
                  .example = "/etc/auditfwd/tls/tls.key",
                  .required = true},
                 tls.key);
    options.path({.key = "client_ca",
                  .help = "The CA whose client certificates are accepted.",
                  .unset = "no client certificates",
                  .example = "/etc/auditfwd/tls/ca.crt"},
                 tls.client_ca);
    options.texts({.key = "allowed_names",
                   .help = "Common names or DNS names of client certificates that may send.",
                   .unset = "every certificate of the CA",
                   .example = "kube-apiserver"},
                  tls.allowed_names, kPeerName);
}

void declare(OptionVisitor& options, WebhookOptions& webhook) {
    declare_origin(options, webhook.name, webhook.cluster, webhook.trusted);
    options.text(
        {.key = "listen",
         .help = "Where to listen. Beyond loopback it needs `tls` and either `tls.client_ca` or `tokens_file`."},
        webhook.listen, kListen);
    options.section({.key = "tls",
                     .help = "Serves HTTPS, TLS 1.2 or newer. The files are PEM, and are read again when they change.",
                     .unset = "plain HTTP"},
                    webhook.tls);
    options.path({.key = "tokens_file",
                  .help = "Bearer tokens that may send: lines `token cluster[,cluster]`. Read again when it changes.",
                  .unset = "no bearer tokens",
                  .example = "/etc/auditfwd/tokens"},
                 webhook.tokens_file);
    options.flag({.key = "insecure", .help = "Allows listening beyond loopback without TLS and authentication."},
                 webhook.insecure);
    options.size(
        {.key = "max_body",
         .help = "The largest request. Larger ones are refused with 413, which the API server does not repeat; "
                 "real ones of 36 MB were seen.",
         .unset = "a fifth of `memory`, the most it may be",
         .example = "48MiB"},
        webhook.body_bytes_max, kBodySizes);
    options.count({.key = "max_connections", .help = "Connections at once. Further ones wait to be accepted."},
                  webhook.connections_max, {1, 65'536});
    declare_durability(options, webhook.durability);
}

void declare(OptionVisitor& options, FileSourceOptions& file) {
    declare_origin(options, file.name, file.cluster, file.trusted);
    options.path({.key = "path",
                  .help = "The log that kube-apiserver writes. Rotated ones are found beside it.",
                  .example = "/var/log/kubernetes/audit/audit.log",
                  .required = true},
                 file.path);
    options.choice({.key = "start",
                    .help = "On the very first start: with the oldest event that is there, or with what comes from now "
                            "on."},
                   file.start_at_end, {"oldest", "newest"});
    options.duration({.key = "poll", .help = "How often the file is looked at."}, file.poll, {10ms, 60s});
    options.size({.key = "max_line",
                  .help = "The longest line. Longer ones are skipped and counted.",
                  .unset = "a fifth of `memory`, the most it may be",
                  .example = "48MiB"},
                 file.line_bytes_max, kBodySizes);
    declare_durability(options, file.durability);
}

void declare(OptionVisitor& options, SourceConfig& source) {
    options.kind<WebhookOptions>({.key = "webhook", .help = "Receives from kube-apiserver's audit webhook backend."},
                                 source);
    options.kind<FileSourceOptions>({.key = "file", .help = "Follows kube-apiserver's audit log."}, source);
}

void declare(OptionVisitor& options, Spool::Options& spool) {
    options.path({.key = "directory", .help = "Where the spool lives. One process at a time; created when absent."},
                 spool.directory);
    options.size(
        {.key = "max_size",
         .help = "The most it takes on disk, dead letters and state included. What happens then is `when_full` "
                 "of the sink that is last. With `durability: memory` the default and the most is a quarter "
                 "of `memory`."},
        spool.bytes_max, {2_MiB, 1ull << 50});
    options.percent({.key = "min_free", .help = "The part of the file system that stays free. Wins over `max_size`."},
                    spool.free_percent_min, {0, 90});
    options.size({.key = "segment_size", .help = "When a new segment is begun. Space is given back by whole segments."},
                 spool.segment_bytes, {1_MiB, 1_GiB});
    options.count({.key = "max_syncs", .help = "The most syncs in a second; more are grouped."},
                  spool.syncs_per_second_max, {1, 100'000});
    options.choice({.key = "durability",
                    .help = "`memory` writes no files: fast, and everything not yet delivered is lost when the process "
                            "ends."},
                   spool.in_memory, {"disk", "memory"});
}

void declare(OptionVisitor& options, Selection& select) {
    options.choice({.key = "priority",
                    .help = "Records with a detection of this priority or a more severe one.",
                    .unset = "whatever was detected",
                    .example = "Notice"},
                   select.priority,
                   {"Emergency", "Alert", "Critical", "Error", "Warning", "Notice", "Informational", "Debug"});
    options.choices({.key = "level", .help = "Records of these levels.", .unset = "all", .example = "RequestResponse"},
                    select.levels, Level::kMetadata, {"Metadata", "Request", "RequestResponse"});
    options.choices({.key = "verb", .help = "Records of these verbs.", .unset = "all", .example = "create, delete"},
                    select.verbs, VerbClass::kOther,
                    {"other", "get", "list", "watch", "create", "update", "patch", "delete"});
    options.choices({.key = "code",
                     .help = "Records of these classes of response code; `none` has no response.",
                     .unset = "all",
                     .example = "4xx, 5xx"},
                    select.codes, CodeClass::kNone, {"none", "1xx", "2xx", "3xx", "4xx", "5xx"});
}

void declare(OptionVisitor& options, DeliveryOptions& delivery) {
    options.choice({.key = "start",
                    .help = "Where a new sink begins: with the oldest record in the spool, or with what comes from now "
                            "on."},
                   delivery.start_oldest, {"newest", "oldest"});
    options.choice({.key = "when_full",
                    .help = "When this sink is last and the spool is full: `refuse` new events until it has caught up, "
                            "or `expire` the oldest it has not got."},
                   delivery.when_full, {"refuse", "expire"});
    options.section({.key = "select",
                     .help = "What the sink gets: records for which all of these hold. The others count as filtered."},
                    delivery.select);
    options.duration({.key = "retry_min", .help = "The first wait after a failure; further ones double."},
                     delivery.retry_min, {1ms, 1h});
    options.duration({.key = "retry_max", .help = "The longest wait between attempts. They never end."},
                     delivery.retry_max, {1ms, 1h});
    options.duration(
        {.key = "parked_retry", .help = "The wait between attempts to open a sink that only a human can help."},
        delivery.parked_retry, {100ms, 24h});
    options.duration({.key = "commit_interval",
                      .help = "How often progress is made durable. After a kill, a sink that cannot undo may get this "
                              "much again."},
                     delivery.commit_interval, {10ms, 1h});
    options.size({.key = "max_dead_letters",
                  .help = "The most that records the destination refused for good take on disk; beyond it the oldest "
                          "go, and are counted. All sinks' together are at most half of `spool.max_size`.",
                  .unset = "64MiB, or less if the spool is small",
                  .example = "64MiB"},
                 delivery.dead_letter_bytes_max, {64_KiB, 1ull << 40});
    options.count({.key = "max_in_flight",
                   .help = "Requests outstanding at once.",
                   .unset = "as many as the sink allows",
                   .example = "1"},
                  delivery.in_flight_max, {1, 64});
}

void declare(OptionVisitor& options, FileSinkOptions& file) {
    options.path({.key = "path",
                  .help = "`DIR/audit.ndjson` writes `DIR/audit-OFFSET.ndjson`, one after the other; `-` is standard "
                          "output.",
                  .example = "/var/log/auditfwd/audit.ndjson",
                  .required = true},
                 file.path);
    options.size({.key = "rotate_size", .help = "When a new file is begun."}, file.rotate_bytes, {64_KiB, 1ull << 40});
    options.duration({.key = "rotate_after", .help = "The same by age; `0s`: by size alone."}, file.rotate_after,
                     {0s, 8760h});
    options.flag({.key = "compress", .help = "Writes zstd; names end in `.zst`."}, file.compress);
}

void declare(OptionVisitor&, DiscardOptions&) {}

void declare(OptionVisitor& options, SinkConfig& sink) {
    options.text({.key = "name",
                  .help = "The sink's name in metrics, and that of its cursor and dead letters. Unique; a sink under a "
                          "new name is a new sink.",
                  .required = true},
                 sink.name, kName);
    declare(options, sink.delivery);
    options.kind<FileSinkOptions>({.key = "file", .help = "Writes NDJSON files, each record exactly once."}, sink.kind);
    options.kind<DiscardOptions>({.key = "discard", .help = "Accepts every record and keeps none: for measuring."},
                                 sink.kind);
}

void declare(OptionVisitor& options, AdminOptions& admin) {
    options.text({.key = "listen", .help = "Where `/metrics`, `/livez` and `/readyz` are. They never show events."},
                 admin.listen, kListen);
}

void declare(OptionVisitor& options, LogOptions& log) {
    options.choice({.key = "format", .help = "How a line of the program's own log looks. It goes to standard error."},
                   log.format, {"text", "json"});
    options.choice({.key = "level", .help = "The least that is said."}, log.level, {"debug", "info", "warn", "error"});
}

void declare(OptionVisitor& options, Config& config) {
    constexpr std::size_t kListMax = 64;
    options.text({.key = "cluster", .help = "The cluster's name, in every record."}, config.cluster, kCluster);
    options.list({.key = "sources", .help = "Where events come from; each item is one kind."}, config.sources,
                 kListMax);
    options.text({.key = "policy",
                  .help = "What is kept of an event: a built-in policy, or a file with an `audit.k8s.io/v1` Policy. "
                          "Nothing it removes is stored anywhere."},
                 config.policy, kPolicy);
    options.flag({.key = "policy_lenient",
                  .help = "Unknown and duplicate fields in the policy file are warnings, not errors, as in "
                          "kube-apiserver."},
                 config.policy_lenient);
    options.size(
        {.key = "memory", .help = "The bound on memory. The process stays below this and 32 MiB more, under any load."},
        config.memory, {32_MiB, 1ull << 40});
    options.section({.key = "spool", .help = "The queue on disk between sources and sinks."}, config.spool);
    options.list({.key = "sinks", .help = "Where records go; each item has a name and one kind."}, config.sinks,
                 kListMax);
    options.section({.key = "admin", .help = "The endpoint for metrics and health."}, config.admin);
    options.section({.key = "log", .help = "The program's own log."}, config.log);
    options.count(
        {.key = "workers", .help = "Threads that receive and transform.", .unset = "one per core", .example = "2"},
        config.workers, {1, 256});
    options.duration({.key = "shutdown_deadline",
                      .help = "How long an orderly end may take. Below the pod's grace period, above the 20s a request "
                              "may need."},
                     config.shutdown_deadline, {1s, 1h});
}

}  // namespace auditfwd
