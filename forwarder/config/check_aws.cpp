// What must hold between the options of an AWS sink.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "forwarder/config/check_parts.h"

namespace auditfwd {

void check_cloudwatch_sink(const CloudWatchOptions& cloudwatch, const std::string& path, Findings& findings) {
    constexpr std::array<unsigned, 23> kRetentions{0,   1,   3,   5,   7,    14,   30,   60,   90,   120,  150, 180,
                                                   365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653};
    const auto key = path + ".retention_days";
    if (!findings.failed(key) && std::ranges::find(kRetentions, cloudwatch.retention_days) == kRetentions.end())
        findings.error(
            key, fmt::format("is {}, which AWS does not offer; 90 or 365 are two it does", cloudwatch.retention_days));
    constexpr std::size_t kTagsMax = 50;
    if (cloudwatch.tags.size() > kTagsMax)
        findings.error(path + ".tags", fmt::format("are {}; AWS takes {}", cloudwatch.tags.size(), kTagsMax));
}

}  // namespace auditfwd
