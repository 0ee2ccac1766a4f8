// Where credentials come from: what the environment and the profile files say, decided in the SDKs' order. Pure.
//
//   environment ▸ profile that assumes a role ▸ web identity (IRSA) ▸ keys in the profile ▸ credential_process
//   ▸ container (EKS Pod Identity, ECS) ▸ instance metadata
//
// A profile named in the configuration goes before the environment. Roles are assumed one after the other, the last one
// signs.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "forwarder/base/result.h"
#include "forwarder/net/http_call.h"
#include "sinks/aws/credentials.h"
#include "sinks/aws/profile.h"

namespace auditfwd {

struct WebIdentity {
    std::string role_arn;
    std::string token_file;  // read for each call: kubelet replaces it
    std::string session_name;
};
struct CredentialProcess {
    std::string command;
};
struct ContainerCredentials {
    HttpUrl url;
    std::string token;       // what the header Authorization says; or:
    std::string token_file;  // read for each call
};
struct InstanceMetadata {
    HttpEndpoint endpoint;
};
using CredentialBase =
    std::variant<AwsCredentials, WebIdentity, CredentialProcess, ContainerCredentials, InstanceMetadata>;

struct RoleStep {
    std::string role_arn;
    std::string session_name;
    std::string external_id{};  // empty: none
};

struct CredentialPlan {
    CredentialBase base;
    std::vector<RoleStep> roles{};
    std::string region{};        // of the profile or the environment; may be empty
    std::string sts_endpoint{};  // a URL; empty: AWS' own in the region
};

// "web identity", "instance metadata", …: for the log.
std::string_view name_of(const CredentialBase& base);

// The value of an environment variable; empty when absent.
using Environment = std::function<std::string(std::string_view)>;

struct CredentialWish {
    std::string profile{};   // empty: AWS_PROFILE, or "default"
    std::string role_arn{};  // to be assumed with what was found; empty: none
    std::string external_id{};
};

// Fails with kInvalid: a profile that is not there, roles that lead in a circle, an endpoint that must not be asked.
Result<CredentialPlan> plan_credentials(const CredentialWish& wish, const Environment& environment,
                                        const AwsProfiles& profiles);

// Where the files are: AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE, or in ~/.aws.
struct ProfileFiles {
    std::string config;
    std::string credentials;
};
ProfileFiles profile_files(const Environment& environment);

}  // namespace auditfwd
