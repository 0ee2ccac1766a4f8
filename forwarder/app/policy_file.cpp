#include "forwarder/app/policy_file.h"

#include "forwarder/base/units.h"
#include "forwarder/config/notation.h"

namespace auditfwd {

Result<LoadedPolicy> load_policy(const std::string& policy, bool lenient, FileSystem& files) {
    if (auto built_in = Policy::built_in(policy)) return LoadedPolicy{std::move(built_in), {}};
    auto text = read_file(files, policy, 1_MiB);
    if (!text) {
        return std::move(text).error().at(
            in_quotes(policy) + " is neither a built-in policy (eks, metadata or all) nor a file that can be read");
    }
    TRY(auto loaded, Policy::load(*text, policy, {.lenient = lenient}));
    return LoadedPolicy{std::move(loaded.policy), std::move(loaded.warnings)};
}

}  // namespace auditfwd
