#include "forwarder/app/cli/loading.h"

#include <algorithm>
#include <cstdio>
#include <iterator>

#include <fmt/format.h>

#include "forwarder/app/detection_files.h"
#include "forwarder/app/policy_file.h"
#include "forwarder/app/redaction_file.h"
#include "forwarder/config/parse.h"
#include "forwarder/net/tls_server.h"
#include "forwarder/source/webhook/token_file.h"

namespace auditfwd::cli {

namespace {

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const auto end = text.find('\n');
        if (end != 0) lines.emplace_back(text.substr(0, end));
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
    }
    return lines;
}

void check_webhook(const WebhookOptions& webhook, const std::string& path, Findings& findings) {
    if (webhook.tls) {
        if (auto tls = TlsServer::open(*webhook.tls, true); !tls) findings.error(path + ".tls", tls.error().message);
    }
    if (!webhook.tokens_file.empty()) {
        if (auto tokens = TokenFile::open(webhook.tokens_file); !tokens) {
            findings.error(path + ".tokens_file", tokens.error().message);
        }
    }
}

void check_files(const Config& config, Findings& findings, FileSystem& files) {
    for (std::size_t i = 0; i < config.sources.size(); ++i) {
        if (const auto* webhook = std::get_if<WebhookOptions>(&config.sources[i])) {
            check_webhook(*webhook, fmt::format("sources[{}].webhook", i), findings);
        } else if (const auto& file = std::get<FileSourceOptions>(config.sources[i]); !files.stat(file.path)) {
            findings.warning(fmt::format("sources[{}].file.path", i),
                             fmt::format("{} cannot be read now; it is followed once it appears", file.path.string()));
        }
    }
}

// The policy that `key` names; null, and said why, when it cannot be had.
std::shared_ptr<const Policy> add_policy(const std::string& name, const std::string& key, Loaded& loaded,
                                         Findings& findings, FileSystem& files) {
    auto policy = load_policy(name, loaded.config.policy_lenient, files);
    if (policy) {
        std::ranges::move(policy->warnings, std::back_inserter(loaded.policy_warnings));
        return std::move(policy->policy);
    }
    if (policy.error().code == ErrorCode::kInvalid) {
        std::ranges::move(lines_of(policy.error().message), std::back_inserter(loaded.errors));
    } else {
        findings.error(key, policy.error().message);
    }
    return nullptr;
}

void add_sink_policies(Loaded& loaded, Findings& findings, FileSystem& files) {
    for (std::size_t i = 0; i < loaded.config.sinks.size(); ++i) {
        const auto key = fmt::format("sinks[{}].policy", i);
        const auto& name = loaded.config.sinks[i].delivery.policy;
        if (!name.empty() && !findings.failed(key)) add_policy(name, key, loaded, findings, files);
    }
}

// The same for the detection rules.
void add_detections(Loaded& loaded, Findings& findings, FileSystem& files) {
    auto detections = load_detections(loaded.config.detection, files);
    if (detections) {
        loaded.detections = std::move(detections->detections);
        loaded.rule_warnings = std::move(detections->warnings);
    } else if (detections.error().code == ErrorCode::kInvalid) {
        const auto lines = lines_of(detections.error().message);
        loaded.errors.insert(loaded.errors.end(), lines.begin(), lines.end());
    } else {
        findings.error("rules", detections.error().message);
    }
}

Loaded load_some(const std::filesystem::path& config_path, const std::string& policy,
                 const std::vector<std::string>& rules, bool with_files, FileSystem& files) {
    Loaded loaded;
    std::string text;
    if (!config_path.empty()) {
        auto read = read_file(files, config_path, kConfigBytesMax);
        if (!read) {
            loaded.errors.push_back(std::move(read).error().at("auditfwd").message);
            return loaded;
        }
        text = *std::move(read);
    }
    auto [config, findings] = parse_config(text, config_path.empty() ? "built-in" : config_path.string());
    loaded.config = std::move(config);
    if (!policy.empty()) loaded.config.policy = policy;
    if (!rules.empty()) loaded.config.detection.rules = rules;
    if (with_files && findings.errors().empty()) check_files(loaded.config, findings, files);
    if (!policy.empty() || !findings.failed("policy"))
        loaded.policy = add_policy(loaded.config.policy, "policy", loaded, findings, files);
    if (with_files) add_sink_policies(loaded, findings, files);
    if (!rules.empty() || !findings.failed("rules")) add_detections(loaded, findings, files);

    if (auto redaction = load_redaction(loaded.config.redaction, files))
        loaded.redaction = *std::move(redaction);
    else
        findings.error("redaction.hash_key_file", redaction.error().message);

    auto errors = findings.errors();
    loaded.errors.insert(loaded.errors.begin(), errors.begin(), errors.end());
    loaded.warnings = findings.warnings();
    return loaded;
}

}  // namespace

Loaded load(const std::filesystem::path& config_path, FileSystem& files) {
    return load_some(config_path, "", {}, true, files);
}

Loaded load_rules_only(const std::filesystem::path& config_path, const std::string& policy,
                       const std::vector<std::string>& rules, FileSystem& files) {
    return load_some(config_path, policy, rules, false, files);
}

void say(const std::vector<std::string>& warnings, const std::vector<std::string>& errors) {
    for (const auto& line : warnings) fmt::print(stderr, "warning: {}\n", line);
    for (const auto& line : errors) fmt::print(stderr, "{}\n", line);
}

}  // namespace auditfwd::cli
