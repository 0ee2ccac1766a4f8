// Detection rules: Falco rule files, as they are, compiled to something that decides an event in well under a
// microsecond.
//
// A Ruleset is immutable after loading: shared as const between workers, replaced whole on reload. A Detector is one
// worker's. Pure: no I/O, no clock. README.md says what is read and where it deviates from Falco.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "codecs/record.h"
#include "forwarder/base/result.h"
#include "forwarder/detection/field.h"

namespace auditfwd {

struct RuleFile {
    std::string name;  // what messages call it
    std::string text;
    // Fields read as Falco's plugin reads them, quirks included; a rule without a source is for system calls.
    bool falco_compat = true;
};

struct DetectionRule {
    std::string name;
    std::string description;
    std::string output;  // the template
    Priority priority = Priority::kDebug;
    std::vector<std::string> tags;  // sorted
    std::string file;
    std::size_t line = 0;
    bool enabled = true;
};

struct LoadedRules;

class Ruleset {
public:
    // Loads files in order, as if they were one. Fails with kInvalid; the message holds every error, one a line, each
    // with file, line, column and what was expected.
    static Result<LoadedRules> load(std::vector<RuleFile> files, std::unique_ptr<FieldTable> fields);

    // In the order of their first definitions; disabled ones included, those for other sources left out.
    const std::vector<DetectionRule>& rules() const;
    const FieldTable& fields() const;
    // The comparisons that made a rule match, as they would stand in a condition ("not …" where that is what counts):
    // text of the rules, never of the event. Empty if it does not match.
    std::vector<std::string> because(std::uint32_t rule, FieldSource& event) const;

    // Appends the rule's output for this event, a source of this rule set's fields: of the event as it is kept, not as
    // it was received.
    void render_output(std::uint32_t rule, FieldSource& event, std::string& out) const;
    // The fields a rule's output names.
    std::vector<FieldId> output_fields(std::uint32_t rule) const;

    // Of each rule: what ka.target.resource must be one of for it to match; empty when it may be anything, or too many.
    std::vector<std::vector<std::string>> target_resources() const;

    ~Ruleset();

private:
    friend class Detector;
    struct Impl;
    explicit Ruleset(std::unique_ptr<const Impl> impl);
    std::unique_ptr<const Impl> impl_;
};

struct LoadedRules {
    std::shared_ptr<const Ruleset> rules;
    std::vector<std::string> warnings;  // one line each, with file, line and column
};

class Detector {
public:
    explicit Detector(std::shared_ptr<const Ruleset> rules);
    ~Detector();

    const Ruleset& rules() const;
    // The rules that match, all of them, ascending; valid until the next call. `event` is a source of the rule set's
    // fields.
    std::span<const std::uint32_t> detect(FieldSource& event);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace auditfwd
