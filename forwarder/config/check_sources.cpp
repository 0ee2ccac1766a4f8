#include <fmt/format.h>

#include <vector>

#include "forwarder/config/check_parts.h"
#include "forwarder/config/notation.h"

namespace auditfwd {

namespace {

constexpr std::size_t kBodySeen = 40_MiB;  // smaller bounds would have refused bodies that were measured

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

}  // namespace

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
    warn_small_bodies(config, findings);
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

}  // namespace auditfwd
