#include "sinks/aws/credential_keeper.h"

#include <algorithm>

namespace auditfwd {

using namespace std::chrono_literals;

namespace {

constexpr std::chrono::microseconds kAgingMax = 15min;
constexpr std::chrono::microseconds kMarginMax = 30s;
constexpr auto kLookEvery = 10s;

}  // namespace

Freshness freshness(const AwsCredentials& credentials, WallTime obtained, WallTime now) {
    if (!credentials.expires) return Freshness::kFresh;
    const auto life = std::max(*credentials.expires - obtained, 0us);
    if (now >= *credentials.expires - std::min(kMarginMax, life / 10)) return Freshness::kExpired;
    return now >= *credentials.expires - std::min(kAgingMax, life / 3) ? Freshness::kAging : Freshness::kFresh;
}

// Says that a fetch goes on, and that it has ended, however it did.
class CredentialKeeper::Fetching {
public:
    explicit Fetching(CredentialKeeper& keeper) : keeper_{keeper} { keeper_.fetching_ = true; }
    Fetching(const Fetching&) = delete;
    ~Fetching() {
        keeper_.fetching_ = false;
        keeper_.changed_.notify_all();
    }

private:
    CredentialKeeper& keeper_;
};

Task<Result<AwsCredentials>> CredentialKeeper::get(std::chrono::microseconds skew) {
    skew_ = skew;
    for (;;) {
        const bool usable = credentials_ && !refused_ &&
                            freshness(*credentials_, obtained_, clock_.wall() + skew_) != Freshness::kExpired;
        if (usable) co_return *credentials_;
        if (fetching_) {
            co_await changed_.wait();
            continue;
        }
        auto fetched = co_await fetch_now();
        if (!fetched) co_return std::move(fetched).error();
        // Whatever they are worth: they are the newest there are.
        co_return *credentials_;
    }
}

void CredentialKeeper::refused(const AwsCredentials& credentials) {
    if (!credentials_ || credentials_->access_key != credentials.access_key ||
        credentials_->session_token != credentials.session_token) {
        return;  // others are in use meanwhile
    }
    refused_ = true;
    log_.warn("AWS refuses the credentials; they are fetched anew", {{"sink", owner_}});
}

Task<Result<void>> CredentialKeeper::fetch_now() {
    const Fetching fetching{*this};
    auto fetched = co_await fetch_();
    if (!fetched) {
        log_.warn("AWS credentials cannot be obtained", {{"sink", owner_}, {"reason", fetched.error().message}});
        co_return std::move(fetched).error();
    }
    const bool first = !credentials_;
    credentials_ = std::move(fetched->credentials);
    obtained_ = clock_.wall() + skew_;
    refused_ = false;
    const auto expires = credentials_->expires ? to_rfc3339(*credentials_->expires) : std::string{"never"};
    if (first) {
        log_info("AWS credentials obtained", {{"sink", owner_}, {"from", fetched->from}, {"expires", expires}});
    } else {
        log_debug("AWS credentials renewed", {{"sink", owner_}, {"from", fetched->from}, {"expires", expires}});
    }
    co_return Result<void>{};
}

Task<void> CredentialKeeper::refresh_if_due() {
    if (!credentials_ || fetching_) co_return;
    const auto state = freshness(*credentials_, obtained_, clock_.wall() + skew_);
    if (state == Freshness::kFresh && !refused_) co_return;
    // Trouble is logged there; what is still good stays in use.
    [[maybe_unused]] const auto fetched = co_await fetch_now();
}

Task<void> CredentialKeeper::keep_fresh() {
    for (;;) {
        co_await refresh_if_due();
        auto wait = std::chrono::steady_clock::duration{kLookEvery};
        if (credentials_ && credentials_->expires)
            wait =
                std::clamp<std::chrono::steady_clock::duration>((*credentials_->expires - obtained_) / 10, 200ms, wait);
        co_await changed_.wait_until(clock_.steady() + wait);
    }
}

}  // namespace auditfwd
