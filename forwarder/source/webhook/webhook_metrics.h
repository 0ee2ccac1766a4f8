// What a webhook source counts beside its server. Thread: any.
#pragma once

#include <array>
#include <string>

#include "forwarder/base/metrics.h"
#include "forwarder/source/webhook/authenticate.h"

namespace auditfwd {

// Why a request was not accepted, one word each.
enum class Refusal {
    kPath,
    kMethod,
    kCredentials,
    kCluster,
    kCoding,
    kSize,
    kMemory,
    kBodySlow,
    kBodyBroken,
    kInvalid,
    kFull,
    kBroken,
    kLate,
    kStopping
};
inline constexpr std::array<std::string_view, 14> kRefusalNames{
    "path",      "method",      "credentials", "cluster", "coding", "size", "memory",
    "body_slow", "body_broken", "invalid",     "full",    "broken", "late", "stopping"};

struct WebhookMetrics {
    WebhookMetrics(Metrics& metrics, const std::string& source);

    void refused(Refusal reason) { refused_[static_cast<std::size_t>(reason)]->Increment(); }
    void auth_failed(AuthFailure failure) { auth_failed_[static_cast<std::size_t>(failure)]->Increment(); }

    Counter& answered_late;  // refused though the events may become durable: they will come again
    Counter& reload_failures;

private:
    std::array<Counter*, kRefusalNames.size()> refused_;
    std::array<Counter*, 4> auth_failed_;
};

}  // namespace auditfwd
