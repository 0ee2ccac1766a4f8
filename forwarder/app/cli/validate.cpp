// auditfwd validate --config F
#include <memory>

#include <fmt/format.h>
#include <CLI/App.hpp>

#include "forwarder/app/cli/command_line.h"
#include "forwarder/app/cli/loading.h"
#include "forwarder/app/cli/output.h"
#include "forwarder/app/output_advice.h"
#include "forwarder/config/notation.h"

namespace auditfwd::cli {

namespace {

std::string summary(const WebhookOptions& webhook) {
    std::string guards = webhook.tls ? "TLS" : "plain HTTP";
    if (webhook.tls && !webhook.tls->client_ca.empty()) guards += ", client certificates";
    if (!webhook.tokens_file.empty()) guards += ", bearer tokens";
    return fmt::format("source  {}: webhook on {} ({}), cluster {}\n", webhook.name, webhook.listen, guards,
                       webhook.cluster);
}

std::string summary(const FileSourceOptions& file) {
    return fmt::format("source  {}: file {}, cluster {}\n", file.name, file.path.string(), file.cluster);
}

std::string summary(const FileSinkOptions& file) { return fmt::format("file {}", file.path.string()); }
std::string summary(const DiscardOptions&) { return "discard"; }
std::string summary(const KafkaOptions& kafka) {
    return fmt::format("Kafka topic {} at {}", kafka.topic, fmt::join(kafka.brokers, ", "));
}
std::string summary(const CloudWatchOptions& cloudwatch) {
    return fmt::format("CloudWatch group {}, stream {}", cloudwatch.group, cloudwatch.stream);
}

std::string summary(const SinkConfig& sink) {
    const auto kind = std::visit([](const auto& options) { return summary(options); }, sink.kind);
    const auto& policy = sink.delivery.policy;
    return fmt::format("sink    {}: {}{}\n", sink.name, kind, policy.empty() ? "" : ", policy " + policy);
}

std::string summary(const Config& config, const Policy& policy) {
    std::string out;
    for (const auto& source : config.sources) {
        out += std::visit([](const auto& options) { return summary(options); }, source);
    }
    out += fmt::format("policy  {}: {} rules\n", config.policy, policy.rules());
    out += config.spool.in_memory
               ? fmt::format("spool   in memory, at most {}\n", show_size(config.spool.bytes_max))
               : fmt::format("spool   {}, at most {}, {}% of the disk stays free\n", config.spool.directory.string(),
                             show_size(config.spool.bytes_max), config.spool.free_percent_min);
    for (const auto& sink : config.sinks) out += summary(sink);
    return out + fmt::format("memory  {}\nadmin   {}\n", show_size(config.memory), config.admin.listen);
}

}  // namespace

void add_validate(CLI::App& app, int& exit) {
    auto path = std::make_shared<std::filesystem::path>();
    auto* validate =
        app.add_subcommand("validate", "Check a configuration and the files it names; print every error at once");
    validate->add_option("--config", *path, "Configuration file")->type_name("FILE")->required();
    validate->callback([path, &exit] {
        SystemFileSystem files;
        auto loaded = load(*path, files);
        auto warnings = std::move(loaded.warnings);
        warnings.insert(warnings.end(), loaded.policy_warnings.begin(), loaded.policy_warnings.end());
        warnings.insert(warnings.end(), loaded.rule_warnings.begin(), loaded.rule_warnings.end());
        if (loaded.errors.empty() && loaded.detections) {
            const auto advice = output_advice(loaded.detections->ruleset(), *loaded.policy);
            warnings.insert(warnings.end(), advice.begin(), advice.end());
        }
        say(warnings, loaded.errors);
        if (!loaded.errors.empty()) {
            exit = kBadInput;
            return;
        }
        Output output;
        output.write(fmt::format("{} is good\n{}", path->string(), summary(loaded.config, *loaded.policy)));
        exit = output.finish();
    });
}

}  // namespace auditfwd::cli
