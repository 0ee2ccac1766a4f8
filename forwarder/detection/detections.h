// A rule set at work on events: who runs it, what fired, how often.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "codecs/event.h"
#include "codecs/record_writer.h"
#include "forwarder/base/clock.h"
#include "forwarder/detection/fields/event_field_table.h"
#include "forwarder/detection/fields/event_fields.h"
#include "forwarder/detection/ruleset.h"

namespace auditfwd {

// The rules that come with the program, as a rule file.
RuleFile built_in_rules();

// Rules in force, and their counts since they were loaded. Shared by all workers; replaced whole on reload. Thread:
// any.
class Detections {
public:
    struct Options {
        bool keep_dropped = false;  // an event that the policy drops is kept at level Metadata if a rule fired on it
        bool outputs = false;       // records carry what the rules' outputs say
    };
    struct Loaded {
        std::shared_ptr<const Detections> detections;
        std::vector<std::string> warnings;
    };

    // As Ruleset::load().
    static Result<Loaded> load(std::vector<RuleFile> files, Options options);

    const Ruleset& ruleset() const { return *ruleset_; }
    const std::shared_ptr<const Ruleset>& shared_ruleset() const { return ruleset_; }
    const EventFieldTable& fields() const { return fields_; }
    const Options& options() const { return options_; }

    struct Count {
        std::atomic<std::uint64_t> matched{0};  // events it fired on
        std::atomic<std::uint64_t> dropped{0};  // of these: the policy dropped them
    };
    struct Counts {
        explicit Counts(std::size_t rules) : by_rule(rules) {}
        std::vector<Count> by_rule;
        std::atomic<std::uint64_t> incomplete{0};  // events of which not all could be read that rules asked for
        std::atomic<std::uint64_t> timed{0};       // one event of kTimedEvery is timed
        std::atomic<std::uint64_t> timed_ns{0};
    };
    static constexpr std::uint32_t kTimedEvery = 64;
    Counts& counts() const { return *counts_; }

private:
    Detections(std::shared_ptr<const Ruleset> ruleset, const EventFieldTable& fields, Options options);

    const std::shared_ptr<const Ruleset> ruleset_;
    const EventFieldTable& fields_;  // the rule set's
    const Options options_;
    const std::unique_ptr<Counts> counts_;
};

// Runs them over one event after the other. One worker's, kept from body to body: it remembers what values mean.
class EventDetector {
public:
    explicit EventDetector(std::shared_ptr<const Detections> detections);

    const std::shared_ptr<const Detections>& detections() const { return detections_; }
    // What fired, for the record; null: nothing. Holds until the next call, as rules() does.
    const Detected* detect(const Event& event);
    // The rules that fired, ascending.
    std::span<const std::uint32_t> rules() const { return found_; }
    // Those of them that the record names, in its order.
    std::span<const std::uint32_t> named() const;
    // The policy dropped the event in hand.
    void count_dropped();
    // Of the event in hand, which must still be there.
    std::vector<std::string> because(std::uint32_t rule);

private:
    std::span<const std::uint32_t> find(const Event& event);
    void describe();

    const std::shared_ptr<const Detections> detections_;
    Detector detector_;
    EventFields fields_;
    SystemClock clock_;
    std::uint32_t until_timed_ = 1;
    std::vector<std::uint32_t> found_;
    std::vector<std::uint32_t> described_;  // what detected_ says
    std::vector<std::uint32_t> order_;      // of its names
    Detected detected_;
};

}  // namespace auditfwd
