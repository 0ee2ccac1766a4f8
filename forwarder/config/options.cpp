#include "forwarder/config/options.h"

#include "forwarder/config/text_rules.h"

namespace auditfwd {

using namespace std::chrono_literals;

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

void declare(OptionVisitor& options, AdminOptions& admin) {
    options.text({.key = "listen", .help = "Where `/metrics`, `/livez` and `/readyz` are. They never show events."},
                 admin.listen, kListen);
}

void declare(OptionVisitor& options, LogOptions& log) {
    options.choice({.key = "format", .help = "How a line of the program's own log looks. It goes to standard error."},
                   log.format, {"text", "json"});
    options.choice({.key = "level", .help = "The least that is said."}, log.level, {"debug", "info", "warn", "error"});
}

void declare(OptionVisitor& options, RedactionOptions& redaction) {
    options.choice(
        {.key = "mode",
         .help = "`standard` removes what is known to be secret: data of Secrets, tokens, passwords, and "
                 "credentials recognised by their form in any text. `strict` removes every text in a body that "
                 "is not known to be harmless, and more. `off` removes nothing."},
        redaction.mode, {"off", "standard", "strict"});
    options.texts(
        {.key = "rules",
         .help = "What goes besides: values at JSON pointers, `*` for any member or element, of the event "
                 "(`/userAgent`) or of bodies of a kind or resource (`Widget:/spec/credentials`, `*:/spec/key`).",
         .example = "/userAgent, Widget:/spec/credentials"},
        redaction.rules, kRedactionRule);
    options.path({.key = "hash_key_file",
                  .help = "A file with a key of at least 16 bytes. Values are then replaced by a keyed hash, "
                          "`<redacted:…>`, so that equal values stay equal; without it by `<redacted>`."},
                 redaction.hash_key_file);
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
    options.section(
        {.key = "redaction", .help = "Removal of secret values inside what the policy keeps.", .shorthand = "mode"},
        config.redaction);
    options.texts(
        {.key = "rules",
         .help = "Detection rules, loaded in order as if they were one file: `builtin`, rule files in Falco's "
                 "language, directories of such files (`/etc/auditfwd/rules.d` or "
                 "`/etc/auditfwd/rules.d/*.yaml`), or `none`."},
        config.detection.rules, kRulesName);
    options.choice({.key = "dropped_but_detected",
                    .help = "An event on which a rule fires and which the policy drops: only counted, or kept at level "
                            "Metadata."},
                   config.detection.dropped_but_detected, {"count", "metadata"});
    options.flag(
        {.key = "detection_outputs",
         .help = "Whether records carry what the rules that fired say (`auditfwd.outputs`), rendered from what "
                 "was kept."},
        config.detection.outputs);
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
