#include "sinks/aws/credential_plan.h"

#include <algorithm>
#include <array>

namespace auditfwd {

namespace {

constexpr std::size_t kRolesMax = 8;
constexpr std::string_view kSession = "auditfwd";

std::string value_of(const AwsProfile& profile, std::string_view key) {
    const auto found = profile.find(key);
    return found == profile.end() ? std::string{} : found->second;
}

std::string or_session(std::string name) { return name.empty() ? std::string{kSession} : std::move(name); }

Error invalid(std::string message) { return {ErrorCode::kInvalid, "AWS credentials: " + std::move(message)}; }

// Plain HTTP would show the token to the network: only where no network is.
bool may_be_asked(const HttpEndpoint& endpoint) {
    constexpr std::array<std::string_view, 6> kLocal{"localhost",      "::1",          "169.254.170.2",
                                                     "169.254.170.23", "fd00:ec2::23", "127.0.0.1"};
    if (endpoint.tls || std::ranges::find(kLocal, endpoint.host) != kLocal.end()) return true;
    return endpoint.host.starts_with("127.") && endpoint.host.find_first_not_of("0123456789.") == std::string::npos;
}

class Planner {
public:
    Planner(const Environment& environment, const AwsProfiles& profiles) : env_{environment}, profiles_{profiles} {}

    Result<CredentialPlan> plan(const CredentialWish& wish) {
        CredentialPlan plan;
        auto name = wish.profile.empty() ? env_("AWS_PROFILE") : wish.profile;
        const bool named = !name.empty();
        if (!named) name = "default";
        const auto profile = profiles_.find(name);
        if (named && profile == profiles_.end()) return invalid("there is no profile '" + name + "'");
        const auto own = profile == profiles_.end() ? AwsProfile{} : profile->second;
        const auto from_environment = environment_keys();
        if (wish.profile.empty() && from_environment) {
            plan.base = *from_environment;
        } else {
            TRY_VOID(from_profile(name, own, plan));
        }
        std::ranges::reverse(plan.roles);
        if (!wish.role_arn.empty())
            plan.roles.push_back({wish.role_arn, or_session(env_("AWS_ROLE_SESSION_NAME")), wish.external_id});
        plan.region = first({env_("AWS_REGION"), env_("AWS_DEFAULT_REGION"), value_of(own, "region")});
        plan.sts_endpoint = first({env_("AWS_ENDPOINT_URL_STS"), env_("AWS_ENDPOINT_URL")});
        return plan;
    }

private:
    static std::string first(std::initializer_list<std::string> values) {
        const auto found = std::ranges::find_if(values, [](const auto& value) { return !value.empty(); });
        return found == values.end() ? std::string{} : *found;
    }

    std::optional<AwsCredentials> environment_keys() const {
        AwsCredentials keys{env_("AWS_ACCESS_KEY_ID"), env_("AWS_SECRET_ACCESS_KEY"), env_("AWS_SESSION_TOKEN")};
        if (keys.access_key.empty() || keys.secret_key.empty()) return {};
        return keys;
    }

    static std::optional<AwsCredentials> keys_in(const AwsProfile& profile) {
        AwsCredentials keys{value_of(profile, "aws_access_key_id"), value_of(profile, "aws_secret_access_key"),
                            value_of(profile, "aws_session_token")};
        if (keys.access_key.empty() || keys.secret_key.empty()) return {};
        return keys;
    }

    // Collects roles from the last to the first, and the base at the end of the chain.
    Result<void> from_profile(std::string name, AwsProfile profile, CredentialPlan& plan) {
        for (bool first = true;; first = false) {
            const auto role = value_of(profile, "role_arn");
            const auto source = value_of(profile, "source_profile");
            const auto credential_source = value_of(profile, "credential_source");
            const bool assumes = !role.empty() && (!source.empty() || !credential_source.empty());
            // A profile that names itself as its source means its own keys.
            const bool itself = !first && source == name;
            if (!assumes || itself) return base_of(profile, name, first && plan.roles.empty(), plan);
            plan.roles.push_back(
                {role, or_session(value_of(profile, "role_session_name")), value_of(profile, "external_id")});
            if (plan.roles.size() > kRolesMax) return invalid("the roles of profile '" + name + "' lead in a circle");
            if (source.empty()) return base_named(credential_source, plan);
            if (source == name) return keys_of(profile, name, plan);
            const auto next = profiles_.find(source);
            if (next == profiles_.end())
                return invalid("profile '" + name + "' names the source_profile '" + source + "', which is not there");
            name = source;
            profile = next->second;
        }
    }

    static Result<void> keys_of(const AwsProfile& profile, const std::string& name, CredentialPlan& plan) {
        const auto keys = keys_in(profile);
        if (!keys) return invalid("profile '" + name + "' has no keys");
        plan.base = *keys;
        return {};
    }

    Result<void> base_named(const std::string& source, CredentialPlan& plan) const {
        if (source == "Environment") {
            const auto keys = environment_keys();
            if (!keys) return invalid("credential_source is Environment, which has no keys");
            plan.base = *keys;
            return {};
        }
        if (source == "EcsContainer") {
            TRY(const bool found, container(plan));
            return found ? Result<void>{} : invalid("credential_source is EcsContainer, and there is none");
        }
        if (source == "Ec2InstanceMetadata") return instance(plan);
        return invalid("credential_source is '" + source +
                       "', and must be Environment, EcsContainer or "
                       "Ec2InstanceMetadata");
    }

    // `ambient`: what the machine gives counts too, not the profile alone.
    Result<void> base_of(const AwsProfile& profile, const std::string& name, bool ambient, CredentialPlan& plan) const {
        WebIdentity web{value_of(profile, "role_arn"), value_of(profile, "web_identity_token_file"),
                        or_session(value_of(profile, "role_session_name"))};
        if (ambient && !env_("AWS_WEB_IDENTITY_TOKEN_FILE").empty() && !env_("AWS_ROLE_ARN").empty())
            web = {env_("AWS_ROLE_ARN"), env_("AWS_WEB_IDENTITY_TOKEN_FILE"),
                   or_session(env_("AWS_ROLE_SESSION_NAME"))};
        if (!web.role_arn.empty() && !web.token_file.empty()) {
            plan.base = web;
            return {};
        }
        if (const auto keys = keys_in(profile)) {
            plan.base = *keys;
            return {};
        }
        if (const auto command = value_of(profile, "credential_process"); !command.empty()) {
            plan.base = CredentialProcess{command};
            return {};
        }
        if (!ambient) return invalid("profile '" + name + "' has no keys");
        TRY(const bool found, container(plan));
        return found ? Result<void>{} : instance(plan);
    }

    Result<bool> container(CredentialPlan& plan) const {
        const auto relative = env_("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
        const auto full =
            relative.empty() ? env_("AWS_CONTAINER_CREDENTIALS_FULL_URI") : "http://169.254.170.2" + relative;
        if (full.empty()) return false;
        const auto url = parse_url(full);
        if (!url) return invalid("the container endpoint " + url.error().message);
        if (!may_be_asked(url->endpoint))
            return invalid("the container endpoint " + url->endpoint.host +
                           " is neither https nor an address of this machine or of AWS");
        plan.base = ContainerCredentials{*url, env_("AWS_CONTAINER_AUTHORIZATION_TOKEN"),
                                         env_("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")};
        return true;
    }

    Result<void> instance(CredentialPlan& plan) const {
        if (env_("AWS_EC2_METADATA_DISABLED") == "true")
            return invalid(
                "none found: no keys in the environment or a profile, no role for this pod, and instance "
                "metadata is switched off");
        const auto given = env_("AWS_EC2_METADATA_SERVICE_ENDPOINT");
        const auto url = parse_url(given.empty() ? "http://169.254.169.254" : given);
        if (!url) return invalid("AWS_EC2_METADATA_SERVICE_ENDPOINT " + url.error().message);
        plan.base = InstanceMetadata{url->endpoint};
        return {};
    }

    const Environment& env_;
    const AwsProfiles& profiles_;
};

}  // namespace

std::string_view name_of(const CredentialBase& base) {
    constexpr std::array<std::string_view, 5> kNames{"keys", "web identity", "credential_process", "container",
                                                     "instance metadata"};
    return kNames[base.index()];
}

Result<CredentialPlan> plan_credentials(const CredentialWish& wish, const Environment& environment,
                                        const AwsProfiles& profiles) {
    return Planner{environment, profiles}.plan(wish);
}

ProfileFiles profile_files(const Environment& environment) {
    const auto home = environment("HOME");
    const auto config = environment("AWS_CONFIG_FILE");
    const auto credentials = environment("AWS_SHARED_CREDENTIALS_FILE");
    return {config.empty() ? home + "/.aws/config" : config,
            credentials.empty() ? home + "/.aws/credentials" : credentials};
}

}  // namespace auditfwd
