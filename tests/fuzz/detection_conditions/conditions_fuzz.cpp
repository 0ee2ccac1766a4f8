// A condition over an event: what the compiled rule says of the event as intake decodes it, and what each comparison by
// itself says of the event as it is written, joined as the condition joins them.
//
// The first line is the condition, the rest the event.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codecs/event_reader.h"
#include "codecs/json_text.h"
#include "forwarder/base/limits.h"
#include "forwarder/detection/check.h"
#include "forwarder/detection/condition.h"
#include "forwarder/detection/detections.h"
#include "tests/detection/plain_event.h"

namespace auditfwd {
namespace {

using namespace detection;

void require(bool holds) {
    if (!holds) std::abort();
}

class NaiveCondition {
public:
    explicit NaiveCondition(std::string_view text) {
        ConditionError error;
        condition_ = parse_condition(text, error);
        good_ = error.text.empty() && condition_.macros.empty();
        for (const auto& check : condition_.checks) {
            // Falco's constants, which do not ask the event.
            if (check.left.name.ends_with("rawtime")) good_ = false;
            if (!good_) return;
            CheckProblem problem, warning;
            auto made = make_check(check, true, fields_, problem, warning);
            good_ = made.has_value();
            if (made) checks_.push_back(std::move(*made));
        }
    }

    bool good() const { return good_; }

    bool holds(const Event& event) const {
        EventFields fields{fields_};
        fields.begin(event);
        std::vector<bool> stack;
        for (const auto& step : condition_.steps) {
            if (step.kind == Step::Kind::kCheck) {
                stack.push_back(holds(step.index, fields));
            } else if (step.kind == Step::Kind::kNot) {
                stack.back() = !stack.back();
            } else {
                const bool all = step.kind == Step::Kind::kAnd;
                bool joined = all;
                for (auto i = step.index; i > 0; --i) {
                    joined = all ? joined && stack.back() : joined || stack.back();
                    stack.pop_back();
                }
                stack.push_back(joined);
            }
        }
        return stack.back();
    }

private:
    bool holds(std::size_t index, EventFields& fields) const {
        const auto& check = checks_[index];
        CheckScratch scratch;
        const bool holds = check.holds(fields, scratch);
        if (condition_.checks[index].op != Operator::kNotEqual) return holds;
        return scratch.left.read(check.left, fields) && (!check.right || scratch.right.read(*check.right, fields)) &&
               !holds;
    }

    EventFieldTable fields_;
    Condition condition_;
    std::vector<Check> checks_;
    bool good_ = false;
};

std::string rule(std::string_view name, std::string_view condition) {
    auto out = "- rule: " + std::string{name} + "\n  desc: d\n  condition: ";
    append_quoted(out, condition);
    return out + "\n  output: o\n  priority: INFO\n  source: k8s_audit\n";
}

// The condition in company, so that fields dispatch: alone, denied, behind a verb, beside one.
std::shared_ptr<const Detections> compiled(const std::string& condition) {
    const auto loaded = Detections::load({{.name = "r",
                                           .text = rule("r0", condition) + rule("r1", "not (" + condition + ")") +
                                                   rule("r2", "ka.verb = create and (" + condition + ")") +
                                                   rule("r3", "ka.target.resource in (pods) or (" + condition + ")")}},
                                         {});
    return loaded ? loaded->detections : nullptr;
}

void compare(const std::string& condition, const NaiveCondition& naive, const Event& event, const Event& as_written) {
    const auto detections = compiled(condition);
    if (!detections) return;
    EventDetector detector{detections};
    const bool holds = naive.holds(as_written);
    const bool creates = NaiveCondition{"ka.verb = create"}.holds(as_written);
    const bool pods = NaiveCondition{"ka.target.resource = pods"}.holds(as_written);
    std::vector<std::uint32_t> expected;
    if (holds) expected.push_back(0);
    if (!holds) expected.push_back(1);
    if (creates && holds) expected.push_back(2);
    if (pods || holds) expected.push_back(3);
    for (int i = 0; i < 2; ++i) {  // the second time it knows the values
        detector.detect(event);
        require(std::ranges::equal(detector.rules(), expected));
    }
}

}  // namespace
}  // namespace auditfwd

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace auditfwd;
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const auto newline = text.find('\n');
    if (newline == text.npos) return 0;
    const std::string condition{text.substr(0, newline)};
    const NaiveCondition naive{condition};
    if (!naive.good()) return 0;
    std::string written{text.substr(newline + 1)};
    while (!written.empty() && (written.back() == '\n' || written.back() == ' ')) written.pop_back();
    auto received = written;
    received.reserve(received.size() + limits::kPadding);
    EventReader reader{received, Framing::kAny};
    const auto item = reader.next();
    if (!item || item->kind != Item::Kind::kEvent) return 0;
    const auto& event = reader.event();
    // What was repaired or cut is another text.
    const bool same = reader.edits().empty() && !event.repaired && !event.too_deep && !event.suspect &&
                      !event.annotations_twice && event.text == written;
    written += ' ';
    const PlainEvent plain{std::string_view{written}.substr(0, written.size() - 1)};
    compare(condition, naive, event, same && plain.event() != nullptr ? *plain.event() : event);
    return 0;
}
