#include "sinks/aws/credential_fetch.h"

#include <fmt/format.h>

#include "forwarder/base/units.h"
#include "sinks/aws/credential_answers.h"
#include "sinks/aws/endpoint.h"
#include "sinks/aws/process_output.h"
#include "sinks/aws/sigv4.h"

namespace auditfwd {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kFileBytesMax = 1_MiB;
constexpr std::size_t kAnswerBytesMax = 256_KiB;
constexpr auto kStsLimit = 10s;
constexpr auto kContainerLimit = 2s;
constexpr auto kMetadataLimit = 1s;  // where there is none, nobody answers
constexpr auto kProcessLimit = 20s;

constexpr auto kSkewNoted = 4min;  // below it STS does not mind

std::string or_else(std::string text, std::string_view other) { return text.empty() ? std::string{other} : text; }

SteadyTime in(std::chrono::milliseconds time) { return SystemClock{}.steady() + time; }

Result<void> expect_ok(const HttpReply& reply, std::string_view who) {
    if (reply.status == 200) return {};
    const bool passing = reply.status >= 500 || reply.status == 429;
    return Error{passing ? ErrorCode::kUnavailable : ErrorCode::kInvalid, fmt::format("{} says {}", who, reply.status)};
}

}  // namespace

Task<Result<CredentialPlan>> CredentialFetcher::plan() {
    auto make = [this]() -> Result<CredentialPlan> {
        const auto paths = profile_files(context_.environment);
        // A file that is not there is empty: so the SDKs see it.
        const auto config = read_file(context_.files, paths.config, kFileBytesMax);
        const auto credentials = read_file(context_.files, paths.credentials, kFileBytesMax);
        const auto profiles =
            read_profiles(config ? *config : std::string{}, credentials ? *credentials : std::string{});
        return plan_credentials(wish_, context_.environment, profiles);
    };
    co_return co_await context_.helper.run(make);
}

Task<Result<Fetched>> CredentialFetcher::fetch() {
    const auto planned = co_await plan();
    if (!planned) co_return planned.error();
    auto credentials = co_await base(*planned);
    if (!credentials) co_return std::move(credentials).error().at(name_of(planned->base));
    for (const auto& role : planned->roles) {
        auto assumed = co_await assume(role, *credentials, *planned);
        if (!assumed) co_return std::move(assumed).error().at("role " + role.role_arn);
        credentials = std::move(assumed);
    }
    Fetched fetched;
    fetched.credentials = std::move(*credentials);
    fetched.from = name_of(planned->base);
    if (!planned->roles.empty()) fetched.from += ", role";
    co_return fetched;
}

Task<Result<AwsCredentials>> CredentialFetcher::base(const CredentialPlan& plan) {
    if (const auto* keys = std::get_if<AwsCredentials>(&plan.base)) co_return *keys;
    if (const auto* web = std::get_if<WebIdentity>(&plan.base)) co_return co_await ask(*web, plan);
    if (const auto* process = std::get_if<CredentialProcess>(&plan.base)) co_return co_await ask(*process);
    if (const auto* container = std::get_if<ContainerCredentials>(&plan.base)) co_return co_await ask(*container);
    co_return co_await ask(std::get<InstanceMetadata>(plan.base));
}

Task<Result<std::string>> CredentialFetcher::read_token(const std::string& path) {
    auto read = [&] { return read_file(context_.files, path, kFileBytesMax); };
    auto token = co_await context_.helper.run(read);
    if (!token) co_return Error{ErrorCode::kUnavailable, "token file: " + token.error().message};
    while (!token->empty() && (token->back() == '\n' || token->back() == '\r' || token->back() == ' '))
        token->pop_back();
    if (token->empty()) co_return Error{ErrorCode::kUnavailable, "token file " + path + " is empty"};
    // It becomes a header.
    if (token->find_first_of("\r\n") != token->npos)
        co_return Error{ErrorCode::kInvalid, "token file " + path + " holds more than one line"};
    co_return token;
}

Task<Result<AwsCredentials>> CredentialFetcher::ask(const WebIdentity& identity, const CredentialPlan& plan) {
    const auto token = co_await read_token(identity.token_file);
    if (!token) co_return token.error();
    auto form = web_identity_form(identity, *token);
    const auto reply = co_await ask_sts(plan, std::move(form), nullptr);
    if (!reply) co_return reply.error();
    co_return read_sts_answer(*reply);
}

Task<Result<AwsCredentials>> CredentialFetcher::ask(const CredentialProcess& process) {
    auto run = [&] { return process_output(process.command, kProcessLimit, kAnswerBytesMax); };
    const auto text = co_await context_.helper.run(run);
    if (!text) co_return text.error();
    co_return read_credentials_json(*text);
}

Task<Result<AwsCredentials>> CredentialFetcher::ask(const ContainerCredentials& container) {
    auto token = container.token;
    if (!container.token_file.empty()) {
        auto read = co_await read_token(container.token_file);
        if (!read) co_return std::move(read).error();
        token = std::move(*read);
    }
    HttpCall call{.target = container.url.target, .until = in(kContainerLimit), .reply_bytes_max = kAnswerBytesMax};
    if (token.find_first_of("\r\n") != token.npos)
        co_return Error{ErrorCode::kInvalid, "AWS_CONTAINER_AUTHORIZATION_TOKEN holds more than one line"};
    if (!token.empty()) call.fields.emplace_back("Authorization", token);
    call.fields.emplace_back("Accept", "application/json");
    const auto caller = context_.connect(container.url.endpoint);
    const auto reply = co_await caller->call(call);
    if (!reply) co_return reply.error();
    CO_TRY_VOID(expect_ok(*reply, "the container endpoint"));
    co_return read_credentials_json(reply->body);
}

Task<Result<AwsCredentials>> CredentialFetcher::ask(const InstanceMetadata& metadata) {
    constexpr std::string_view kRoles = "/latest/meta-data/iam/security-credentials/";
    const auto caller = context_.connect(metadata.endpoint);
    HttpCall call{.method = "PUT", .target = "/latest/api/token", .until = in(kMetadataLimit)};
    call.fields.emplace_back("x-aws-ec2-metadata-token-ttl-seconds", "21600");
    auto reply = co_await caller->call(call);
    if (!reply) {
        co_return Error{ErrorCode::kUnavailable,
                        reply.error().message +
                            "; nothing else gave credentials either. On EC2, a pod needs a metadata "
                            "hop limit of 2"};
    }
    CO_TRY_VOID(expect_ok(*reply, "the metadata service's token"));
    if (reply->body.find_first_of("\r\n") != std::string::npos)
        co_return Error{ErrorCode::kInvalid, "the metadata service's token is none"};
    call.method = "GET";
    call.fields.clear();
    call.fields.emplace_back("x-aws-ec2-metadata-token", reply->body);
    call.target = kRoles;
    call.until = in(kMetadataLimit);
    reply = co_await caller->call(call);
    if (!reply) co_return reply.error();
    CO_TRY_VOID(expect_ok(*reply, "the metadata service's list of roles"));
    const auto role = reply->body.substr(0, reply->body.find('\n'));
    if (role.empty() || percent_encoded(role) != role)
        co_return Error{ErrorCode::kUnavailable, "this instance has no role"};
    call.target = std::string{kRoles} + role;
    call.until = in(kMetadataLimit);
    reply = co_await caller->call(call);
    if (!reply) co_return reply.error();
    CO_TRY_VOID(expect_ok(*reply, "the metadata service's role"));
    co_return read_credentials_json(reply->body);
}

Task<Result<AwsCredentials>> CredentialFetcher::assume(const RoleStep& role, const AwsCredentials& with,
                                                       const CredentialPlan& plan) {
    auto form = assume_role_form(role);
    const auto reply = co_await ask_sts(plan, std::move(form), &with);
    if (!reply) co_return reply.error();
    co_return read_sts_answer(*reply);
}

Result<HttpUrl> CredentialFetcher::sts_of(const CredentialPlan& plan) const {
    if (!plan.sts_endpoint.empty()) return parse_url(plan.sts_endpoint);
    if (region_of(plan).empty()) return Error{ErrorCode::kInvalid, "no region is known; set it, or AWS_REGION"};
    return HttpUrl{aws_endpoint("sts", region_of(plan))};
}

Task<Result<HttpReply>> CredentialFetcher::ask_sts(const CredentialPlan& plan, std::string form,
                                                   const AwsCredentials* with) {
    const auto url = sts_of(plan);
    if (!url) co_return url.error();
    const auto caller = context_.connect(url->endpoint);
    for (bool again = false;; again = true) {
        HttpCall call{.method = "POST", .body = form, .until = in(kStsLimit), .reply_bytes_max = kAnswerBytesMax};
        call.fields.emplace_back("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
        if (with) {
            SigningRequest request{.method = "POST",
                                   .host = url->endpoint.authority(),
                                   .headers = std::move(call.fields),
                                   .payload_hash = to_hex(sha256(form))};
            Signer signer{or_else(region_of(plan), "us-east-1"), "sts", SigningPath::kNormalized};
            signer.sign(request, *with, context_.clock.wall() + skew_);
            call.fields = std::move(request.headers);
        }
        auto reply = co_await caller->call(call);
        if (again || !with || !reply || reply->status != 403) co_return reply;
        // Refused: by our clock, perhaps.
        const auto date = parse_http_date(reply->field("Date"));
        if (!date) co_return reply;
        const auto skew = std::chrono::round<std::chrono::seconds>(*date - context_.clock.wall());
        if (std::chrono::abs(skew - skew_) < kSkewNoted) co_return reply;
        skew_ = skew;
    }
}

}  // namespace auditfwd
