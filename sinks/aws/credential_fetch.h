// Obtains credentials as the plan says, each time from the beginning: files and tokens are read again, so what was
// rotated is found.
//
// Owner: CredentialKeeper's owner. Thread: the delivery worker; what blocks (files, credential_process) runs on the
// helper. One fetch at a time.
#pragma once

#include <memory>

#include "forwarder/base/file_system.h"
#include "forwarder/base/helper_thread.h"
#include "sinks/aws/credential_plan.h"

namespace auditfwd {

// All of it outlives the fetcher.
struct CredentialContext {
    FileSystem& files;
    HelperThread& helper;
    const Clock& clock;
    Environment environment;
    std::function<std::unique_ptr<HttpCaller>(const HttpEndpoint&)> connect;
};

struct Fetched {
    AwsCredentials credentials;
    std::string from;  // for the log: "web identity", "keys, role"
};

class CredentialFetcher {
public:
    // `region` is where STS is asked; empty: the environment's or the profile's.
    CredentialFetcher(CredentialWish wish, std::string region, CredentialContext context)
        : wish_{std::move(wish)}, region_{std::move(region)}, context_{std::move(context)} {}

    // Fails with kInvalid when only a human can help, kUnavailable and others when another try may.
    Task<Result<Fetched>> fetch();

    // The plan alone, for the region it knows.
    Task<Result<CredentialPlan>> plan();

private:
    Task<Result<AwsCredentials>> base(const CredentialPlan& plan);
    Task<Result<AwsCredentials>> ask(const WebIdentity& identity, const CredentialPlan& plan);
    Task<Result<AwsCredentials>> ask(const CredentialProcess& process);
    Task<Result<AwsCredentials>> ask(const ContainerCredentials& container);
    Task<Result<AwsCredentials>> ask(const InstanceMetadata& metadata);
    Task<Result<AwsCredentials>> assume(const RoleStep& role, const AwsCredentials& with, const CredentialPlan& plan);
    Task<Result<HttpReply>> ask_sts(const CredentialPlan& plan, std::string form, const AwsCredentials* with);
    Task<Result<std::string>> read_token(const std::string& path);
    Result<HttpUrl> sts_of(const CredentialPlan& plan) const;
    std::string region_of(const CredentialPlan& plan) const { return region_.empty() ? plan.region : region_; }

    const CredentialWish wish_;
    const std::string region_;
    const CredentialContext context_;
    std::chrono::seconds skew_{0};  // of STS' clock before ours
};

}  // namespace auditfwd
