#include "forwarder/app/detection_metrics.h"

#include <algorithm>
#include <utility>

namespace auditfwd {

namespace {

double grown(std::uint64_t now, std::uint64_t& shown) { return static_cast<double>(now - std::exchange(shown, now)); }

}  // namespace

DetectionMetrics::DetectionMetrics(Metrics& metrics) : metrics_{metrics} {
    refresh_.emplace(metrics.on_scrape([this] {
        const std::lock_guard lock{mutex_};
        publish();
    }));
}

void DetectionMetrics::set(std::shared_ptr<const Detections> detections) {
    const std::lock_guard lock{mutex_};
    publish();  // what the old ones counted; events still in hand are not waited for
    detections_ = std::move(detections);
    shown_.assign(detections_ ? detections_->ruleset().rules().size() : 0, {});
    timed_ = timed_ns_ = incomplete_ = 0;
}

void DetectionMetrics::publish() {
    std::size_t never = 0;
    for (std::size_t i = 0; i < shown_.size(); ++i) {
        const auto& rule = detections_->ruleset().rules()[i];
        const auto& count = detections_->counts().by_rule[i];
        const auto matched = count.matched.load(std::memory_order_relaxed);
        const auto dropped = count.dropped.load(std::memory_order_relaxed);
        never += rule.enabled && matched == 0;
        if (matched == shown_[i].matched && dropped == shown_[i].dropped) continue;
        const MetricLabels labels{{"rule", i < kRulesMax ? rule.name : "other"},
                                  {"priority", std::string{to_string(rule.priority)}}};
        metrics_.counter("auditfwd_detections_total", "Events on which a rule fired.", labels)
            .Increment(grown(matched, shown_[i].matched));
        metrics_.counter("auditfwd_detections_dropped_total", "Of these: events that the policy drops.", labels)
            .Increment(grown(dropped, shown_[i].dropped));
    }
    metrics_.gauge("auditfwd_detection_rules", "Rules in force.", {{"state", "loaded"}})
        .Set(static_cast<double>(shown_.size()));
    metrics_.gauge("auditfwd_detection_rules", "Rules in force.", {{"state", "never_matched"}})
        .Set(static_cast<double>(never));
    if (!detections_) return;
    const auto& counts = detections_->counts();
    metrics_.counter("auditfwd_detection_timed_total", "Events whose detection was timed: one of 64.")
        .Increment(grown(counts.timed.load(std::memory_order_relaxed), timed_));
    metrics_.counter("auditfwd_detection_timed_seconds_total", "Time that detection took of the timed events.")
        .Increment(grown(counts.timed_ns.load(std::memory_order_relaxed), timed_ns_) / 1e9);
    metrics_.counter("auditfwd_detection_incomplete_total", "Events too large to be read whole by the rules.")
        .Increment(grown(counts.incomplete.load(std::memory_order_relaxed), incomplete_));
}

}  // namespace auditfwd
