#include "forwarder/delivery/status.h"

#include <algorithm>

namespace auditfwd {

namespace {

double seconds_between(WallTime from, WallTime to) {
    return std::max(0.0, std::chrono::duration<double>(to - from).count());
}

Counter& batches(Metrics& metrics, const std::string& sink, const char* result) {
    return metrics.counter("auditfwd_sink_batches_total", "Batches sent, by what the destination answered.",
                           {{"sink", sink}, {"result", result}});
}

Gauge& offsets(Metrics& metrics, const std::string& sink, const char* state) {
    return metrics.gauge("auditfwd_sink_offsets",
                         "Offsets of the spool by what became of them for this sink; they add up to "
                         "auditfwd_last_offset.",
                         {{"sink", sink}, {"state", state}});
}

}  // namespace

std::string_view to_string(DeliveryState state) {
    switch (state) {
        case DeliveryState::kOpening:
            return "opening";
        case DeliveryState::kParked:
            return "parked";
        case DeliveryState::kRunning:
            return "running";
        case DeliveryState::kRetrying:
            return "retrying";
        case DeliveryState::kStopped:
            return "stopped";
    }
    return "unknown";
}

DeliveryMeter::DeliveryMeter(std::string sink, Metrics& m, const Clock& clock, std::function<Offset()> last_offset)
    : delivered_batches{batches(m, sink, "delivered")},
      transient_batches{batches(m, sink, "transient")},
      permanent_batches{batches(m, sink, "permanent")},
      bytes{m.counter("auditfwd_sink_bytes_total", "Bytes of records delivered.", {{"sink", sink}})},
      commits{m.counter("auditfwd_sink_commits_total", "Cursors made durable.", {{"sink", sink}})},
      commit_failures{
          m.counter("auditfwd_sink_commit_failures_total", "Checkpoints or cursors that failed.", {{"sink", sink}})},
      open_failures{m.counter("auditfwd_sink_open_failures_total", "Attempts to open the destination that failed.",
                              {{"sink", sink}})},
      read_failures{
          m.counter("auditfwd_sink_read_failures_total", "Reads of the spool that failed.", {{"sink", sink}})},
      dead_letters{m.counter("auditfwd_sink_dead_letters_total", "Records kept as dead letters.", {{"sink", sink}})},
      dead_letters_expired{m.counter("auditfwd_sink_dead_letters_expired_total",
                                     "Dead letters deleted because their directory is bounded.", {{"sink", sink}})},
      redelivered{m.counter("auditfwd_sink_dead_letters_delivered_total",
                            "Dead letters that were delivered when they were sent once more.", {{"sink", sink}})},
      clock_{clock},
      last_offset_{std::move(last_offset)},
      gauges_{
          .delivered = offsets(m, sink, "delivered"),
          .filtered = offsets(m, sink, "filtered"),
          .expired = offsets(m, sink, "expired"),
          .damaged = offsets(m, sink, "damaged"),
          .dead_lettered = offsets(m, sink, "dead_lettered"),
          .pending = offsets(m, sink, "pending"),
          .unused = offsets(m, sink, "unused"),
          .lag_records = m.gauge("auditfwd_sink_lag_records", "Records the sink has not had yet.", {{"sink", sink}}),
          .lag_seconds = m.gauge("auditfwd_sink_lag_seconds", "Age of the oldest record the sink has not had yet.",
                                 {{"sink", sink}}),
          .committed =
              m.gauge("auditfwd_sink_committed_offset", "Where the sink goes on after a restart.", {{"sink", sink}}),
          .up = m.gauge("auditfwd_sink_up", "1: open, and its last attempt worked.", {{"sink", sink}}),
          .last_error_age = m.gauge("auditfwd_sink_last_error_age_seconds",
                                    "Since the sink's last failure; -1: none since the start.", {{"sink", sink}}),
      },
      refresh_{m.on_scrape([this] { refresh(); })} {
    status_.sink = std::move(sink);
}

DeliveryStatus DeliveryMeter::snapshot() const {
    const auto last = last_offset_();
    const std::lock_guard lock{mutex_};
    auto status = status_;
    status.pending = number(last) - std::min(number(last), number(status.done));
    if (status.pending == 0) status.oldest_pending.reset();
    return status;
}

void DeliveryMeter::refresh() {
    const auto status = snapshot();
    const auto now = clock_.wall();
    const auto set = [](Gauge& gauge, std::uint64_t value) { gauge.Set(static_cast<double>(value)); };
    set(gauges_.delivered, status.counts.delivered);
    set(gauges_.filtered, status.counts.filtered);
    set(gauges_.expired, status.counts.expired);
    set(gauges_.damaged, status.counts.damaged);
    set(gauges_.dead_lettered, status.counts.dead_lettered);
    set(gauges_.pending, status.pending);
    set(gauges_.unused, status.counts.unused);
    set(gauges_.lag_records, status.pending);
    set(gauges_.committed, number(status.committed));
    set(gauges_.up, status.state == DeliveryState::kRunning ? 1 : 0);
    gauges_.lag_seconds.Set(status.oldest_pending ? seconds_between(*status.oldest_pending, now) : 0);
    gauges_.last_error_age.Set(status.last_error_time ? seconds_between(*status.last_error_time, now) : -1);
}

}  // namespace auditfwd
