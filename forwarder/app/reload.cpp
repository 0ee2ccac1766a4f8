#include "forwarder/app/reload.h"

#include "forwarder/app/detection_files.h"
#include "forwarder/app/rules_file.h"
#include "forwarder/base/log.h"
#include "forwarder/config/parse.h"

namespace auditfwd {

Reload::Reload(std::filesystem::path config_path, Config config, Forwarder& forwarder)
    : config_path_{std::move(config_path)}, config_{std::move(config)}, forwarder_{forwarder}, seen_{stamps()} {}

std::vector<FileStamp> Reload::stamps() {
    std::vector<FileStamp> all;
    if (!config_path_.empty()) all.push_back(stamp_of(config_path_));
    if (!Policy::built_in(config_.policy)) all.push_back(stamp_of(config_.policy));
    for (const auto& sink : config_.sinks) {
        const auto& policy = sink.delivery.policy;
        if (!policy.empty() && !Policy::built_in(policy)) all.push_back(stamp_of(policy));
    }
    if (const auto paths = rule_paths(config_.detection.rules, files_)) {
        for (const auto& path : *paths) {
            if (!path.empty()) all.push_back(stamp_of(path));
        }
    }
    if (!config_.redaction.hash_key_file.empty()) all.push_back(stamp_of(config_.redaction.hash_key_file));
    return all;
}

void Reload::if_changed() {
    if (stamps() != seen_) now();
}

void Reload::now() {
    seen_ = stamps();
    if (const auto loaded = load(); loaded) {
        log_info("reloaded", {{"policy", config_.policy}});
    } else {
        log_error("reload failed; the rules that were loaded before stay in force",
                  {{"reason", loaded.error().message}});
    }
    forwarder_.reload_files();
    seen_ = stamps();
}

Result<void> Reload::load() {
    auto next = config_;
    if (!config_path_.empty()) {
        TRY(const auto text, read_file(files_, config_path_, kConfigBytesMax));
        auto parsed = parse_config(text, config_path_.string());
        if (const auto errors = parsed.findings.errors(); !errors.empty())
            return Error{ErrorCode::kInvalid, errors.front() + (errors.size() > 1 ? " (and more)" : "")};
        for (const auto& warning : parsed.findings.warnings()) log_warn("configuration", {{"warning", warning}});
        next.policy = parsed.config.policy;
        next.policy_lenient = parsed.config.policy_lenient;
        next.redaction = parsed.config.redaction;
        next.detection = parsed.config.detection;
    }
    TRY(const auto rules, load_rules(next, files_));
    forwarder_.set_rules(rules);
    config_ = std::move(next);
    return {};
}

}  // namespace auditfwd
