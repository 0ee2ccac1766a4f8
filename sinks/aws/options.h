// What the AWS sinks have in common.
#pragma once

#include <filesystem>
#include <string>

namespace auditfwd {

struct AwsOptions {
    std::string region{};    // empty: that of the environment or the profile
    std::string endpoint{};  // a URL; empty: AWS' own
    bool dual_stack = false;
    std::filesystem::path ca_file{};  // empty: the system's CAs
    std::string profile{};            // empty: the SDKs' order
    std::string role_arn{};           // to be assumed; empty: none
    std::string external_id{};
};

}  // namespace auditfwd
