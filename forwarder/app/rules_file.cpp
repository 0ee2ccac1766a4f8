#include "forwarder/app/rules_file.h"

#include "forwarder/base/log.h"
#include "forwarder/base/units.h"

namespace auditfwd {

namespace {

Result<std::shared_ptr<const Policy>> load_policy(const Config& config, FileSystem& files) {
    if (auto built_in = Policy::built_in(config.policy)) return built_in;
    auto text = read_file(files, config.policy, 1_MiB);
    if (!text) return std::move(text).error().at("policy");
    TRY(auto loaded, Policy::load(*text, config.policy, {.lenient = config.policy_lenient}));
    for (const auto& warning : loaded.warnings) log_warn("policy", {{"warning", warning}});
    return std::move(loaded.policy);
}

}  // namespace

Result<std::shared_ptr<const Rules>> load_rules(const Config& config, FileSystem& files) {
    TRY(auto policy, load_policy(config, files));
    auto rules = std::make_shared<Rules>();
    rules->policy = std::move(policy);
    return std::shared_ptr<const Rules>{std::move(rules)};
}

}  // namespace auditfwd
