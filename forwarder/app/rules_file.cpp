#include "forwarder/app/rules_file.h"

#include "forwarder/app/detection_files.h"
#include "forwarder/app/policy_file.h"
#include "forwarder/app/redaction_file.h"
#include "forwarder/base/log.h"

namespace auditfwd {

namespace {

Result<std::shared_ptr<const Policy>> load(const std::string& policy, const Config& config, FileSystem& files) {
    TRY(auto loaded, load_policy(policy, config.policy_lenient, files));
    for (const auto& warning : loaded.warnings) log_warn("policy", {{"warning", warning}});
    return std::move(loaded.policy);
}

}  // namespace

Result<AllRules> load_rules(const Config& config, FileSystem& files) {
    auto rules = std::make_shared<Rules>();
    TRY(rules->policy, load(config.policy, config, files));
    TRY(rules->redaction, load_redaction(config.redaction, files));
    TRY(auto detections, load_detections(config.detection, files));
    for (const auto& warning : detections.warnings) log_warn("rules", {{"warning", warning}});
    rules->detections = std::move(detections.detections);
    AllRules all{.rules = std::move(rules), .sink_policies = {}};
    for (const auto& sink : config.sinks) {
        all.sink_policies.emplace_back();
        if (sink.delivery.policy.empty()) continue;
        TRY(all.sink_policies.back(), load(sink.delivery.policy, config, files));
    }
    return all;
}

}  // namespace auditfwd
