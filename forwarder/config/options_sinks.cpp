#include "forwarder/config/options.h"
#include "forwarder/config/text_rules.h"

namespace auditfwd {

using namespace std::chrono_literals;

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
    options.texts({.key = "namespace",
                   .help = "Records about objects in these namespaces; `team-*` means all that begin so.",
                   .unset = "all",
                   .example = "payments, team-*"},
                  select.namespaces, kPattern);
    options.texts({.key = "user",
                   .help = "Records of requests by these users; `system:node:*` means all that begin so.",
                   .unset = "all",
                   .example = "'system:admin', 'system:node:*'"},
                  select.users, kPattern);
    options.texts({.key = "detection",
                   .help = "Records in which one of these rules fired; `Attach*` means all that begin so.",
                   .unset = "all",
                   .example = "Attach/Exec Pod"},
                  select.detections, kPattern);
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
    options.text({.key = "policy",
                  .help = "What is kept of these records: like `policy` at the top, after which it comes, and it can "
                          "only lower. Parts of records that another auditfwd split, but the first, go.",
                  .unset = "all that the spool has",
                  .example = "metadata"},
                 delivery.policy, kPolicy);
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

void declare_oversize(OptionVisitor& options, OversizeOptions& oversize) {
    options.choice({.key = "oversize",
                    .help = "What becomes of a larger record: `split` sends it in parts that `auditfwd reassemble` "
                            "joins, `truncate` sends what fits of it."},
                   oversize.oversize, {"split", "truncate"});
    options.count({.key = "max_parts", .help = "A record that would have more parts is truncated."}, oversize.parts_max,
                  {2, kPartsMax});
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
    options.size({.key = "limit", .help = "The most one record may have.", .unset = "none", .example = "256KiB"},
                 file.oversize.limit_bytes, {kFitLimitMin, 1_GiB});
    declare_oversize(options, file.oversize);
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
    options.kind<CloudWatchOptions>(
        {.key = "cloudwatch", .help = "Sends to CloudWatch Logs, at least once; `auditfwd.id` names each record."},
        sink.kind);
    options.kind<DiscardOptions>({.key = "discard", .help = "Accepts every record and keeps none: for measuring."},
                                 sink.kind);
    options.kind<KafkaOptions>({.key = "kafka",
                                .help = "Sends records to Kafka, delivered when all in-sync replicas have "
                                        "them."},
                               sink.kind);
}

}  // namespace auditfwd
