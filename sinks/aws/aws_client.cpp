#include "sinks/aws/aws_client.h"

#include <cstdlib>

#include "forwarder/net/http_client.h"
#include "sinks/aws/endpoint.h"

namespace auditfwd {

namespace {

using namespace std::chrono_literals;

// Below it the services do not mind, and the header Date has whole seconds.
constexpr auto kSkewNoted = 4min;

}  // namespace

Environment process_environment() {
    return [](std::string_view name) {
        const char* const value = std::getenv(std::string{name}.c_str());
        return std::string{value ? value : ""};
    };
}

std::function<std::unique_ptr<HttpCaller>(const HttpEndpoint&)> network(std::filesystem::path ca_file) {
    return [ca_file = std::move(ca_file)](const HttpEndpoint& endpoint) -> std::unique_ptr<HttpCaller> {
        return std::make_unique<HttpClient>(HttpClient::Options{.endpoint = endpoint, .ca_file = ca_file});
    };
}

AwsClient::AwsClient(std::string owner, std::string service, SigningPath path, AwsOptions options,
                     CredentialContext context)
    : owner_{std::move(owner)},
      service_{std::move(service)},
      path_{path},
      options_{std::move(options)},
      context_{std::move(context)},
      fetcher_{{options_.profile, options_.role_arn, options_.external_id}, options_.region, context_} {}

AwsClient::~AwsClient() = default;

Task<Result<void>> AwsClient::open() {
    if (caller_) co_return Result<void>{};
    const auto plan = co_await fetcher_.plan();
    if (!plan) co_return plan.error();
    region_ = options_.region.empty() ? plan->region : options_.region;
    if (region_.empty()) co_return Error{ErrorCode::kInvalid, "no region is known; set `region`, or AWS_REGION"};
    auto endpoint = aws_endpoint(service_, region_, options_.dual_stack);
    if (!options_.endpoint.empty()) {
        const auto url = parse_url(options_.endpoint);
        if (!url) co_return url.error();
        endpoint = url->endpoint;
    }
    signer_ = std::make_unique<Signer>(region_, service_, path_);
    if (!keeper_) {
        const Executor executor = co_await asio::this_coro::executor;
        auto fetch = [this] { return fetcher_.fetch(); };
        keeper_ = std::make_unique<CredentialKeeper>(owner_, std::move(fetch), context_.clock, executor);
    }
    auto credentials = co_await keeper_->get(skew_);
    if (!credentials) co_return std::move(credentials).error();
    caller_ = context_.connect(endpoint);
    co_return Result<void>{};
}

Task<AwsReply> AwsClient::call(AwsRequest request) {
    auto credentials = co_await keeper_->get(skew_);
    if (!credentials) {
        AwsReply none;
        none.kind = AwsReply::Kind::kCredentials;
        none.message = "no credentials: " + credentials.error().message;
        co_return none;
    }
    SigningRequest to_sign{.method = std::move(request.method),
                           .host = caller_->endpoint().authority(),
                           .path = std::move(request.path),
                           .query = std::move(request.query),
                           .headers = std::move(request.fields),
                           .payload_hash = to_hex(sha256(request.body))};
    signer_->sign(to_sign, *credentials, now());
    to_sign.headers.emplace_back("User-Agent", "auditfwd/" AUDITFWD_VERSION);
    HttpCall call{.method = std::move(to_sign.method), .target = std::move(to_sign.path), .body = request.body};
    if (!to_sign.query.empty()) call.target += '?' + write_query(to_sign.query);
    call.fields = std::move(to_sign.headers);
    call.until = SystemClock{}.steady() + request.limit;
    auto answer = co_await caller_->call(call);
    auto reply = judge(std::move(answer), context_.clock.wall(), skew_);
    note_clock(reply);
    if (reply.kind == AwsReply::Kind::kCredentials) keeper_->refused(*credentials);
    co_return reply;
}

void AwsClient::note_clock(const AwsReply& reply) {
    if (!reply.ahead) return;
    const auto off = std::chrono::abs(*reply.ahead);
    const auto corrected = off > kSkewNoted ? *reply.ahead : 0s;
    if (std::chrono::abs(corrected - skew_) < 2s) return;
    if (skew_ == 0s || corrected == 0s) {
        log_warn("this machine's clock differs from AWS': signatures are corrected by it",
                 {{"sink", owner_}, {"seconds", std::to_string(corrected.count())}});
    }
    skew_ = corrected;
}

}  // namespace auditfwd
