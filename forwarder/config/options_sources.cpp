#include "forwarder/config/options.h"
#include "forwarder/config/text_rules.h"

namespace auditfwd {

namespace {

using namespace std::chrono_literals;

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

}  // namespace auditfwd
