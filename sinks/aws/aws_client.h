// One service of AWS: finds its endpoint, signs, sends, says what the answer means; with credentials that are kept good
// and a clock that is corrected by the service's own.
//
// Owner: a sink. Thread: the delivery worker.
#pragma once

#include <memory>
#include <string>

#include "forwarder/base/metrics.h"
#include "sinks/aws/aws_reply.h"
#include "sinks/aws/credential_keeper.h"
#include "sinks/aws/options.h"
#include "sinks/aws/sigv4.h"

namespace auditfwd {

// One request; the body lives until its call returns.
struct AwsRequest {
    std::string method = "POST";
    std::string path = "/";  // encoded once, as on the request line
    NameValues query{};      // as meant, not encoded
    NameValues fields{};     // beside Host, what signing adds, and User-Agent
    std::string_view body{};
    std::chrono::milliseconds limit{15'000};  // of the whole call
};

class AwsClient {
public:
    // `owner` is named in the log; `path` is how the service reads one.
    AwsClient(std::string owner, std::string service, SigningPath path, AwsOptions options, CredentialContext context);
    ~AwsClient();

    // Finds region and endpoint, and the first credentials. Fails with kInvalid when only a human can help.
    Task<Result<void>> open();

    // Signs and sends. After open().
    Task<AwsReply> call(AwsRequest request);

    // Renews credentials until it is cancelled. After open().
    Task<void> keep_fresh() { return keeper_->keep_fresh(); }

    // Ends the connections that are kept; open() may follow. No call may be outstanding.
    void close() { caller_.reset(); }

    // The time by the service's clock.
    WallTime now() const { return context_.clock.wall() + skew_; }
    const std::string& region() const { return region_; }

private:
    void note_clock(const AwsReply& reply);

    const std::string owner_;
    const std::string service_;
    const SigningPath path_;
    const AwsOptions options_;
    const CredentialContext context_;
    CredentialFetcher fetcher_;
    std::string region_;
    std::unique_ptr<HttpCaller> caller_;
    std::unique_ptr<Signer> signer_;
    std::unique_ptr<CredentialKeeper> keeper_;
    std::chrono::seconds skew_{0};
};

// For CredentialContext: the process' environment, and callers over the network.
Environment process_environment();
std::function<std::unique_ptr<HttpCaller>(const HttpEndpoint&)> network(std::filesystem::path ca_file);

}  // namespace auditfwd
