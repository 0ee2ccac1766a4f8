#include "forwarder/net/http_metrics.h"

#include <algorithm>

namespace auditfwd {

HttpMetrics::HttpMetrics(Metrics& metrics, const std::string& server)
    : received_bytes{metrics.counter("auditfwd_http_received_bytes_total", "Bytes of requests, as sent.",
                                     {{"server", server}})},
      connections_total{
          metrics.counter("auditfwd_http_connections_total", "Connections accepted.", {{"server", server}})},
      connections_refused{metrics.counter("auditfwd_http_connections_refused_total",
                                          "Connections closed at once, because there were too many.",
                                          {{"server", server}})},
      connections{metrics.gauge("auditfwd_http_connections", "Connections open.", {{"server", server}})},
      broken{metrics.counter("auditfwd_http_connections_broken_total",
                             "Connections that the client ended inside a request or an answer.", {{"server", server}})},
      reload_failures{metrics.counter("auditfwd_reload_failures_total",
                                      "Changed files that could not be used; the old ones stay in force.",
                                      {{"of", server}, {"what", "certificates"}})},
      seconds_{metrics.histogram("auditfwd_http_request_seconds", "From the end of a request's head to its answer.",
                                 {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20},
                                 {{"server", server}})} {
    const auto answers = [&](const std::string& code) {
        return &metrics.counter("auditfwd_http_requests_total", "Requests by the status of their answer.",
                                {{"server", server}, {"code", code}});
    };
    for (std::size_t i = 0; i < kStatuses.size(); ++i) by_status_[i] = answers(std::to_string(kStatuses[i]));
    by_status_.back() = answers("other");
    for (std::size_t i = 0; i < kHandshakeReasons.size(); ++i) {
        by_reason_[i] = &metrics.counter("auditfwd_http_handshake_failures_total", "TLS handshakes that failed.",
                                         {{"server", server}, {"reason", std::string{kHandshakeReasons[i]}}});
    }
}

void HttpMetrics::answered(unsigned status, std::chrono::nanoseconds taken) {
    const auto place = static_cast<std::size_t>(std::ranges::find(kStatuses, status) - kStatuses.begin());
    by_status_[place]->Increment();
    seconds_.Observe(std::chrono::duration<double>{taken}.count());
}

void HttpMetrics::handshake_failed(std::string_view reason) {
    const auto place = std::ranges::find(kHandshakeReasons, reason) - kHandshakeReasons.begin();
    by_reason_[std::min(static_cast<std::size_t>(place), kHandshakeReasons.size() - 1)]->Increment();
}

}  // namespace auditfwd
