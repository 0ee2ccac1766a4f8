// What a server counts, under its name.
//
// Owner: the server. Thread: any.
#pragma once

#include <array>
#include <chrono>
#include <string>

#include "forwarder/base/metrics.h"

namespace auditfwd {

class HttpMetrics {
public:
    HttpMetrics(Metrics& metrics, const std::string& server);

    void answered(unsigned status, std::chrono::nanoseconds taken);
    void handshake_failed(std::string_view reason);  // one of kHandshakeReasons, else counted as "other"

    Counter& received_bytes;       // heads and bodies, as sent
    Counter& connections_total;    // accepted
    Counter& connections_refused;  // beyond the bound: closed at once
    Gauge& connections;
    Counter& broken;  // ended by the other side inside a request or an answer
    Counter& reload_failures;

    static constexpr std::array kStatuses{200u, 400u, 401u, 403u, 404u, 405u, 408u, 413u, 415u, 431u, 500u, 503u};
    static constexpr std::array<std::string_view, 6> kHandshakeReasons{
        "timeout", "certificate_expired", "certificate", "no_certificate", "closed", "other"};

private:
    std::array<Counter*, kStatuses.size() + 1> by_status_;
    std::array<Counter*, kHandshakeReasons.size()> by_reason_;
    Histogram& seconds_;
};

}  // namespace auditfwd
