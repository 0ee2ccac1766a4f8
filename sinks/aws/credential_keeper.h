// Keeps credentials that are good now: fetched when they are needed first, fetched again in the background well before
// they expire, and when the service refused them.
//
// One fetch at a time, whoever needs it; others wait for it only when what they have is no longer good.
// Owner: AwsClient. Thread: that of the executor.
#pragma once

#include <functional>

#include "forwarder/base/log.h"
#include "forwarder/base/signal.h"
#include "sinks/aws/credential_fetch.h"

namespace auditfwd {

enum class Freshness {
    kFresh,
    kAging,    // still good; time to fetch others
    kExpired,  // or about to
};
// AWS's SDKs begin a quarter of an hour before the end; of a short life it is the last third.
Freshness freshness(const AwsCredentials& credentials, WallTime obtained, WallTime now);

class CredentialKeeper {
public:
    using Fetch = std::function<Task<Result<Fetched>>()>;

    // `owner` is named in the log.
    CredentialKeeper(std::string owner, Fetch fetch, const Clock& clock, Executor executor)
        : owner_{std::move(owner)}, fetch_{std::move(fetch)}, clock_{clock}, changed_{std::move(executor)} {}

    // `skew`: how far the service's clock is ahead of ours.
    Task<Result<AwsCredentials>> get(std::chrono::microseconds skew);
    // The service refused these.
    void refused(const AwsCredentials& credentials);

    // Fetches if it is time.
    Task<void> refresh_if_due();
    // Does that until it is cancelled.
    Task<void> keep_fresh();

private:
    class Fetching;
    Task<Result<void>> fetch_now();

    const std::string owner_;
    const Fetch fetch_;
    const Clock& clock_;
    Signal changed_;  // fetching_ ended
    std::optional<AwsCredentials> credentials_;
    WallTime obtained_{};
    std::chrono::microseconds skew_{0};
    bool refused_ = false;
    bool fetching_ = false;
    RateLimited log_{std::chrono::seconds{60}};
};

}  // namespace auditfwd
