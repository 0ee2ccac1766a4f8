// AWS' shared files, ~/.aws/config and ~/.aws/credentials: text in, profiles out. Pure.
//
// As the SDKs read them: `[profile NAME]` (or `[default]`) in the first, `[NAME]` in the second; `key = value`,
// comments behind # and ;, indented lines belong to the key above them and are skipped. The second file's values win.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace auditfwd {

using AwsProfile = std::map<std::string, std::string, std::less<>>;  // keys in lower case
using AwsProfiles = std::map<std::string, AwsProfile, std::less<>>;

// Either text may be empty. What is not understood is skipped.
AwsProfiles read_profiles(std::string_view config, std::string_view credentials);

}  // namespace auditfwd
