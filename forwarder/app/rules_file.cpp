#include "forwarder/app/rules_file.h"

#include "forwarder/app/detection_files.h"
#include "forwarder/app/policy_file.h"
#include "forwarder/app/redaction_file.h"
#include "forwarder/base/log.h"

namespace auditfwd {

Result<std::shared_ptr<const Rules>> load_rules(const Config& config, FileSystem& files) {
    TRY(auto loaded, load_policy(config.policy, config.policy_lenient, files));
    for (const auto& warning : loaded.warnings) log_warn("policy", {{"warning", warning}});
    auto rules = std::make_shared<Rules>();
    rules->policy = std::move(loaded.policy);
    TRY(rules->redaction, load_redaction(config.redaction, files));
    TRY(auto detections, load_detections(config.detection, files));
    for (const auto& warning : detections.warnings) log_warn("rules", {{"warning", warning}});
    rules->detections = std::move(detections.detections);
    return std::shared_ptr<const Rules>{std::move(rules)};
}

}  // namespace auditfwd
