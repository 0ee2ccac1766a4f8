#include "forwarder/detection/detections.h"

#include <algorithm>

namespace auditfwd {

Result<Detections::Loaded> Detections::load(std::vector<RuleFile> files, Options options) {
    auto table = std::make_unique<EventFieldTable>();
    const auto& fields = *table;
    TRY(auto loaded, Ruleset::load(std::move(files), std::move(table)));
    std::shared_ptr<const Detections> out{new Detections{std::move(loaded.rules), fields, options}};
    return Loaded{std::move(out), std::move(loaded.warnings)};
}

Detections::Detections(std::shared_ptr<const Ruleset> ruleset, const EventFieldTable& fields, Options options)
    : ruleset_{std::move(ruleset)},
      fields_{fields},
      options_{options},
      counts_{std::make_unique<Counts>(ruleset_->rules().size())} {}

EventDetector::EventDetector(std::shared_ptr<const Detections> detections)
    : detections_{std::move(detections)}, detector_{detections_->shared_ruleset()}, fields_{detections_->fields()} {}

std::span<const std::uint32_t> EventDetector::find(const Event& event) {
    fields_.begin(event);
    if (--until_timed_ != 0) [[likely]]
        return detector_.detect(fields_);
    until_timed_ = Detections::kTimedEvery;
    const auto begin = clock_.steady();
    const auto found = detector_.detect(fields_);
    auto& counts = detections_->counts();
    const auto took = std::chrono::duration_cast<std::chrono::nanoseconds>(clock_.steady() - begin);
    counts.timed.fetch_add(1, std::memory_order_relaxed);
    counts.timed_ns.fetch_add(static_cast<std::uint64_t>(took.count()), std::memory_order_relaxed);
    return found;
}

const Detected* EventDetector::detect(const Event& event) {
    const auto found = find(event);
    if (fields_.incomplete()) detections_->counts().incomplete.fetch_add(1, std::memory_order_relaxed);
    found_.assign(found.begin(), found.end());
    if (found_.empty()) return nullptr;
    for (const auto rule : found_) {
        detections_->counts().by_rule[rule].matched.fetch_add(1, std::memory_order_relaxed);
    }
    if (found_ != described_) describe();
    return &detected_;
}

std::span<const std::uint32_t> EventDetector::named() const {
    return std::span{order_}.first(std::min(order_.size(), limits::kRecordListMax));
}

void EventDetector::count_dropped() {
    for (const auto rule : found_) {
        detections_->counts().by_rule[rule].dropped.fetch_add(1, std::memory_order_relaxed);
    }
}

std::vector<std::string> EventDetector::because(std::uint32_t rule) {
    return detections_->ruleset().because(rule, fields_);
}

void EventDetector::describe() {
    const auto& rules = detections_->ruleset().rules();
    detected_.names.clear();
    detected_.tags.clear();
    detected_.priority = Priority::kNone;
    auto& order = order_ = found_;
    // A record has room for so many: then the most severe ones.
    if (order.size() > limits::kRecordListMax) {
        std::ranges::stable_sort(order, {}, [&](std::uint32_t rule) { return rules[rule].priority; });
    }
    std::vector<std::string_view> tags;
    for (const auto rule : order) {
        detected_.names.add(rules[rule].name);
        detected_.priority = std::min(detected_.priority, rules[rule].priority);
        tags.insert(tags.end(), rules[rule].tags.begin(), rules[rule].tags.end());
    }
    std::ranges::sort(tags);
    tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
    for (const auto tag : tags) detected_.tags.add(tag);
    described_ = found_;
}

}  // namespace auditfwd
