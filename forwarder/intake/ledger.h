// What became of every event that came in (design: accounting).
//
//   received = stored + dropped(reason) + rejected(reason)
//
// holds in every scrape: a submission is entered as a whole, when its outcome is known, under one lock. Bodies that
// were refused whole (their sender was told so and sends them again) are counted apart and not as received.
//
// Owner: App. Thread: any.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "forwarder/base/metrics.h"
#include "forwarder/base/result.h"
#include "forwarder/pipeline/tally.h"

namespace auditfwd {

class Ledger {
public:
    explicit Ledger(Metrics& metrics);

    // A submission whose records are durable.
    void stored(const Tally& tally);
    // A submission of which nothing was kept.
    void refused(ErrorCode code);
    // Became durable (or not) after its sender had been told 503.
    void answered_late();

    struct Totals {
        std::uint64_t received = 0;
        std::uint64_t stored = 0;
        std::uint64_t dropped = 0;
        std::uint64_t rejected = 0;
    };
    Totals totals() const;

private:
    struct Row {  // one counter, brought up to its sum at each scrape
        Counter* counter;
        std::function<std::uint64_t(const Tally&)> value;
        std::uint64_t published = 0;
    };
    void publish();

    mutable std::mutex mutex_;
    Tally sum_;
    std::vector<Row> rows_;
    std::array<Counter*, kErrorCodes> refused_{};
    Counter& late_;
    std::optional<Metrics::Refresh> refresh_;  // last: ends before what it reads
};

}  // namespace auditfwd
