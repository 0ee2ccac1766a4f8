// Sorts a batch into PutLogEvents calls. Pure.
//
//   batch ──▶ group and stream of each record ──▶ time of each ──▶ windows of 24 hours, ascending ──▶ calls
//
// What the service counts (bytes and 26 each, 10,000 events) the batch has kept already; here is what delivery does not
// know: names, times, and that a call spans 24 hours at most. Backfill beside live data makes several calls of a batch.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "codecs/record.h"
#include "forwarder/base/clock.h"
#include "sinks/sink.h"

namespace auditfwd {

inline constexpr std::chrono::hours kPutSpanMax{24};

// Why an event goes with another time than its own.
enum class Restamp : std::uint8_t { kNo, kAbsent, kTooOld, kTooNew };
std::string_view to_string(Restamp why);  // "too_old"

struct PutEvent {
    std::size_t index;  // into the batch
    std::int64_t time_ms;
    Restamp restamp = Restamp::kNo;
};

struct PutCall {
    std::string group;
    std::string stream;
    std::vector<PutEvent> events;  // times ascending, equal ones in the batch's order; span at most kPutSpanMax
};

// What the service takes now, with a minute to spare on both sides.
struct PutTimes {
    std::int64_t oldest_ms = 0;
    std::int64_t newest_ms = 0;
    std::int64_t now_ms = 0;
};
PutTimes put_times(WallTime now, unsigned retention_days);

// The event's own time, or else when it was received, or else now.
PutEvent timed(const RecordView& record, std::size_t index, const PutTimes& times);

// A name with ${cluster}, ${source} and ${host}; the configuration has checked that it holds no others.
class NameTemplate {
public:
    // `allowed`: what else than letters and digits a name may have; others become '_'.
    NameTemplate(std::string_view text, std::string_view host, std::string_view allowed);
    std::string of(std::string_view cluster, std::string_view source) const;
    bool is_constant() const { return constant_; }

private:
    enum class Kind { kText, kCluster, kSource };
    struct Piece {
        Kind kind;
        std::string text;
    };
    std::string cleaned(std::string_view text) const;

    const std::string allowed_;
    std::vector<Piece> pieces_;
    bool constant_ = true;
};

struct PutNames {
    NameTemplate group;
    NameTemplate stream;
};

// Of the records `indices` of the batch.
std::vector<PutCall> plan_calls(Batch batch, const std::vector<PutEvent>& events, const PutNames& names);

}  // namespace auditfwd
