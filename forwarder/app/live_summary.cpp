#include "forwarder/app/live_summary.h"

#include <fmt/format.h>

#include <cstdio>

namespace auditfwd {

void LiveSummary::show(const Forwarder& forwarder) {
    const auto totals = forwarder.totals();
    const auto now = std::chrono::steady_clock::now();
    const auto seconds = std::chrono::duration<double>(now - before_).count();
    auto line = fmt::format("{:.0f} events/s, {} stored",
                            static_cast<double>(totals.received - received_before_) / seconds, totals.stored);
    for (const auto& sink : forwarder.deliveries()) {
        line += fmt::format(", {}: {} behind", sink.sink, sink.pending);
        if (sink.state != DeliveryState::kRunning) line += fmt::format(" ({})", to_string(sink.state));
    }
    received_before_ = totals.received;
    before_ = now;
    shown_ = true;
    std::fprintf(stderr, "\r\033[K%s", line.c_str());
    std::fflush(stderr);
}

void LiveSummary::end() {
    if (shown_) std::fputc('\n', stderr);
}

}  // namespace auditfwd
