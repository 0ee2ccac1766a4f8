#include "forwarder/intake/ledger.h"

namespace auditfwd {

namespace {

constexpr const char* kEvents = "auditfwd_events_total";
constexpr const char* kEventsHelp = "Events by what became of them; received + generated = stored + dropped + rejected";

}  // namespace

Ledger::Ledger(Metrics& metrics)
    : late_{metrics.counter("auditfwd_appends_after_answer_total",
                            "Submissions whose outcome came after their sender had been told 503")} {
    rows_.push_back({&metrics.counter(kEvents, kEventsHelp, {{"result", "received"}, {"reason", ""}}),
                     [](const Tally& t) { return t.received; }});
    rows_.push_back({&metrics.counter(kEvents, kEventsHelp, {{"result", "generated"}, {"reason", ""}}),
                     [](const Tally&) { return std::uint64_t{0}; }});
    rows_.push_back({&metrics.counter(kEvents, kEventsHelp, {{"result", "stored"}, {"reason", ""}}),
                     [](const Tally& t) { return t.stored; }});
    for (std::size_t i = 0; i < kDrops; ++i) {
        const std::string reason{to_string(static_cast<Drop>(i))};
        rows_.push_back({&metrics.counter(kEvents, kEventsHelp, {{"result", "dropped"}, {"reason", reason}}),
                         [i](const Tally& t) { return t.dropped[i]; }});
    }
    for (std::size_t i = 0; i < kRejections; ++i) {
        const std::string reason{to_string(static_cast<Rejection>(i))};
        rows_.push_back({&metrics.counter(kEvents, kEventsHelp, {{"result", "rejected"}, {"reason", reason}}),
                         [i](const Tally& t) { return t.rejected[i]; }});
    }
    for (std::size_t i = 0; i < kFlaws; ++i) {
        const std::string flaw{to_string(static_cast<Flaw>(i))};
        rows_.push_back({&metrics.counter("auditfwd_event_flaws_total", "Flaws of events that were taken all the same",
                                          {{"flaw", flaw}}),
                         [i](const Tally& t) { return t.flaws[i]; }});
    }
    for (std::size_t i = 0; i < kErrorCodes; ++i) {
        const std::string reason{to_string(static_cast<ErrorCode>(i))};
        refused_[i] =
            &metrics.counter("auditfwd_bodies_refused_total",
                             "Bodies refused whole: nothing of them counts as received", {{"reason", reason}});
    }
    refresh_.emplace(metrics.on_scrape([this] { publish(); }));
}

void Ledger::stored(const Tally& tally) {
    const std::lock_guard lock{mutex_};
    sum_ += tally;
}

void Ledger::refused(ErrorCode code) { refused_[static_cast<std::size_t>(code)]->Increment(); }

void Ledger::answered_late() { late_.Increment(); }

Ledger::Totals Ledger::totals() const {
    const std::lock_guard lock{mutex_};
    return {sum_.received, sum_.stored, sum_.dropped_total(), sum_.rejected_total()};
}

void Ledger::publish() {
    const std::lock_guard lock{mutex_};
    for (auto& row : rows_) {
        const auto value = row.value(sum_);
        row.counter->Increment(static_cast<double>(value - row.published));
        row.published = value;
    }
}

}  // namespace auditfwd
