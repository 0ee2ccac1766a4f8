// How a sink is doing: counted while it runs, read by the metrics, the status page and the terminal line.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "codecs/record.h"
#include "forwarder/base/clock.h"
#include "forwarder/base/metrics.h"
#include "forwarder/spool/cursor.h"

namespace auditfwd {

enum class DeliveryState {
    kOpening,  // not open yet, or open once more after a failed checkpoint
    kParked,   // cannot be opened without help
    kRunning,
    kRetrying,  // the last attempt failed
    kStopped,
};
std::string_view to_string(DeliveryState state);  // "opening"

struct DeliveryStatus {
    std::string sink;
    DeliveryState state = DeliveryState::kOpening;
    Offset done{};       // everything up to here has ended; sum of `counts`
    Offset committed{};  // and up to here durably so
    CursorCounts counts;
    std::uint64_t pending = 0;               // records the sink has not had yet: lag
    std::optional<WallTime> oldest_pending;  // when the first of them was received, if it is known
    std::uint64_t dead_letters_kept = 0;
    std::string last_error;  // never of an event's content; empty: none so far
    std::optional<WallTime> last_error_time;
};

// Owner: the Delivery. Thread: any.
class DeliveryMeter {
public:
    // `last_offset` gives the spool's newest durable record; any thread.
    DeliveryMeter(std::string sink, Metrics& metrics, const Clock& clock, std::function<Offset()> last_offset);

    // Changes the snapshot.
    template <class F>
    void update(F change) {
        const std::lock_guard lock{mutex_};
        change(status_);
    }
    DeliveryStatus snapshot() const;

    Counter& delivered_batches;
    Counter& transient_batches;
    Counter& permanent_batches;
    Counter& bytes;
    Counter& commits;
    Counter& commit_failures;
    Counter& open_failures;
    Counter& read_failures;
    Counter& dead_letters;
    Counter& dead_letters_expired;
    Counter& redelivered;

private:
    void refresh();

    const Clock& clock_;
    const std::function<Offset()> last_offset_;
    mutable std::mutex mutex_;
    DeliveryStatus status_;
    struct Gauges {
        Gauge& delivered;
        Gauge& filtered;
        Gauge& expired;
        Gauge& damaged;
        Gauge& dead_lettered;
        Gauge& pending;
        Gauge& unused;
        Gauge& lag_records;
        Gauge& lag_seconds;
        Gauge& committed;
        Gauge& up;
        Gauge& last_error_age;
    } gauges_;
    Metrics::Refresh refresh_;  // last: ends before what it reads
};

}  // namespace auditfwd
