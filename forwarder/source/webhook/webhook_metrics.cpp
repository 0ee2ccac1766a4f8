#include "forwarder/source/webhook/webhook_metrics.h"

namespace auditfwd {

WebhookMetrics::WebhookMetrics(Metrics& metrics, const std::string& source)
    : answered_late{metrics.counter("auditfwd_webhook_answered_late_total",
                                    "Bodies refused because they were not durable in time, though they may become so.",
                                    {{"source", source}})},
      reload_failures{metrics.counter("auditfwd_reload_failures_total",
                                      "Changed files that could not be used; the old ones stay in force.",
                                      {{"of", source}, {"what", "tokens"}})} {
    for (std::size_t i = 0; i < refused_.size(); ++i) {
        refused_[i] = &metrics.counter("auditfwd_webhook_refused_total", "Requests refused, by reason.",
                                       {{"source", source}, {"reason", std::string{kRefusalNames[i]}}});
    }
    for (std::size_t i = 0; i < auth_failed_.size(); ++i) {
        const auto reason = std::string{to_string(static_cast<AuthFailure>(i))};
        auth_failed_[i] =
            &metrics.counter("auditfwd_webhook_auth_failures_total", "Requests without right credentials.",
                             {{"source", source}, {"reason", reason}});
    }
}

}  // namespace auditfwd
