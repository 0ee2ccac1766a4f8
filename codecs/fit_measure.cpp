#include "codecs/fit_measure.h"

#include <algorithm>
#include <bitset>
#include <utility>

#include "codecs/event.h"
#include "codecs/fit_walk.h"
#include "codecs/json_text.h"
#include "codecs/utf8.h"
#include "forwarder/base/limits.h"

namespace auditfwd {

namespace {

// A list of names that is longer is none of ours.
constexpr std::size_t kRemovedBytesMax = 64 * 1024;

constexpr std::size_t index(FitStep step) { return static_cast<std::size_t>(step); }

void append_pointer(std::string& pointer, std::string_view key) {
    constexpr std::size_t kNameBytesMax = 256;
    const auto name = key.substr(0, whole_characters(key, kNameBytesMax));
    std::string plain(name.size(), '\0');
    plain.resize(unescape(name, plain.data()).value_or(0));
    pointer += '/';
    for (const char c : plain) {
        if (c == '~') {
            pointer += "~0";
        } else if (c == '/') {
            pointer += "~1";
        } else {
            pointer += c;
        }
    }
}

class Measure : public FitWalk<Measure> {
public:
    Measure(std::string_view record, FitMeasures& measures) : FitWalk{record}, to_{measures} {}

    static bool deaf() { return false; }
    void began(const FitFrame& frame) {
        if (frame.place == FitPlace::kSourceIps) settle_address(kMiddle);
    }
    void entered(const FitFrame& frame, std::uint32_t) {
        if (frame.place == FitPlace::kAnnotations) to_.has_annotations = true;
        if (frame.place == FitPlace::kOurs) to_.has_ours = true;
    }
    void scalar(FitFrame& frame, TextRange value) {
        auto& child = frame.child;
        if (child.rule.shortens < child.goes) {
            shorten(child, raw(value), child.rule);
        } else if (in_request()) {
            leaf(value);
        }
        if (frame.place == FitPlace::kEvent || frame.place == FitPlace::kOurs) remember(frame, value);
    }
    // A string in the request's body; the innermost child accounts for it.
    void leaf(TextRange value) {
        if (!is_long(value) || text_[value.begin] != '"' || top().child.goes <= FitStep::kRequestStrings) return;
        shorten(top().child, raw(value), kLeafRule);
    }
    void ended(FitFrame& frame, std::uint32_t end) {
        auto& child = frame.child;
        if (frame.place == FitPlace::kDocument) return;
        if (child.rule.rewritten && frame.place == FitPlace::kOurs) read_removed({child.key.end + 1, end});
        if (child.rule.goes == FitStep::kItems) ++to_.items;
        if (disguised(frame)) {
            const auto saved = child.key.size() - 2 - child.rule.name_bytes;
            take(FitStep::kLongNames, saved);
            child.elsewhere += saved;
        }
        if (frame.place == FitPlace::kSourceIps) {
            ++to_.source_ips;
            if (frame.count > 0) {
                address_ = {{child.begin, end}, true};
                return;
            }
        }
        settle(frame, end - child.begin, child);
    }
    void leaving(FitFrame& frame, FitFrame& around, std::uint32_t) {
        if (frame.place == FitPlace::kSourceIps) settle_address(kLast);
        if (frame.place == FitPlace::kAnnotations) to_.annotations_last = frame.last;
        if (frame.place == FitPlace::kOurs) to_.ours_last = frame.last;
        if (frame.count == 0) return;
        // As many commas as children are counted; one less is there as long as any child is.
        to_.less[index(frame.last)] -= 1;
        around.child.elsewhere += frame.inner + frame.count - 1;
    }
    void finish() {
        if (unknown_ <= limits::kRecordListMax) return;
        to_.unknown.add_entry("\"+" + std::to_string(unknown_ - limits::kRecordListMax) + '"');
    }

private:
    enum Which { kMiddle, kLast };

    void take(FitStep step, std::uint64_t bytes) { to_.less[index(step)] += static_cast<std::int64_t>(bytes); }

    void settle(FitFrame& frame, std::uint32_t bytes, const FitChild& child) {
        frame.inner += bytes;
        frame.last = std::max(frame.last, child.goes);
        if (child.goes == FitStep::kNever) return;
        take(child.goes, bytes - child.elsewhere + 1);
        if (child.rule.goes == child.goes && !child.rule.rewritten) note(child.goes, around().child.goes);
    }

    // An address is known to be the last one when none follows.
    void settle_address(Which which) {
        if (!std::exchange(address_.pending, false)) return;
        auto& frame = top();
        FitChild child{.begin = address_.range.begin};
        const bool kept = which == kLast && text_[child.begin] == '"';
        child.rule = rule_of_element(frame.place, kept ? 0 : 1, '"', false);
        child.goes = std::min(child.rule.goes, around().child.goes);
        if (kept) shorten(child, raw(address_.range), child.rule);
        settle(frame, address_.range.size(), child);
    }

    void shorten(FitChild& child, std::string_view raw, const FitRule& rule) {
        const auto form = short_form(raw, rule);
        if (!form.cut()) return;
        const auto saved = static_cast<std::uint32_t>(raw.size() - form.bytes());
        take(rule.shortens, saved);
        child.elsewhere += saved;
        note(rule.shortens, child.goes);
    }

    void remember(const FitFrame& frame, TextRange value) {
        const auto& rule = frame.child.rule;
        if (rule.shortens != FitStep::kLongNames || text_[value.begin] != '"') return;
        if (frame.place == FitPlace::kOurs) {
            const auto name = name_of(frame.place, rule);
            if (name == "cluster") to_.cluster = raw(value);
            if (name == "source") to_.source = raw(value);
            return;
        }
        switch (static_cast<Field>(rule.index)) {
            case Field::kAuditId:
                to_.audit_id = raw(value);
                break;
            case Field::kStage:
                to_.stage = raw(value);
                break;
            case Field::kRequestReceivedTimestamp:
                to_.received = raw(value);
                break;
            case Field::kStageTimestamp:
                to_.stage_time = raw(value);
                break;
            default:
                break;
        }
    }

    void read_removed(TextRange list) {
        if (!to_.before.empty() || text_[list.begin] != '[') return;
        to_.before = list.size() <= kRemovedBytesMax ? raw(list) : "[\"+1\"]";
    }

    // What is said when `step` takes something of the child in hand. Of a kind of thing once; unknown members by name.
    void note(FitStep step, FitStep until) {
        const auto& frame = top();
        if (step == FitStep::kUnknown && !frame.array) {
            if (++unknown_ > limits::kRecordListMax) return;
            to_.unknown.add(pointer(frame, false));
            return;
        }
        const auto kind = static_cast<std::size_t>(frame.place) * (kFitSteps + 1) + index(step);
        const bool seen = noted_[in_request()].test(kind);
        // Names are few and each is said; of what may be many one is said for all.
        if (seen && step != FitStep::kLongNames && step != FitStep::kStatusDetails) return;
        noted_[in_request()].set(kind);
        if (seen && to_.notes.size() >= kNotesMax) return;
        auto text = pointer(frame, step == FitStep::kRequestStrings);
        if (step == FitStep::kItems) text.resize(text.rfind('/'));
        if (step == FitStep::kItemDetails) text.resize(std::min(text.size(), text.find("/*") + 2));
        if (frame.place == FitPlace::kAnnotations && step == FitStep::kAnnotations) text = "/annotations/*";
        if (step == FitStep::kItemDetails) until = FitStep::kResponseObject;
        if (step < FitStep::kItemDetails && until == FitStep::kItems) until = FitStep::kItemDetails;
        to_.notes.push_back({step, until, std::move(text)});
    }

    std::string pointer(const FitFrame& frame, bool in_body) const {
        if (in_body) return "/requestObject/*";
        std::string text;
        for (const auto* at = first(); at <= &frame; ++at) {
            if (at->array) {
                text += "/*";
            } else {
                append_pointer(text, text_.substr(at->child.key.begin + 1, at->child.key.size() - 2));
            }
        }
        return text;
    }

    static constexpr std::size_t kNotesMax = 256;

    FitMeasures& to_;
    struct {
        TextRange range;
        bool pending = false;
    } address_;
    std::bitset<(static_cast<std::size_t>(FitPlace::kBodyAnnotations) + 1) * (kFitSteps + 1)> noted_[2];
    std::uint64_t unknown_ = 0;  // members that kUnknown takes
};

}  // namespace

void FitMeasures::clear() {
    *this = {};
    less.fill(0);
}

std::uint64_t FitMeasures::bytes_after(FitStep step) const {
    auto left = static_cast<std::int64_t>(bytes);
    for (std::size_t i = 0; i <= index(step); ++i) left -= less[i];
    return static_cast<std::uint64_t>(left);
}

bool measure(std::string_view record, JsonTokens& tokens, FitMeasures& measures) {
    measures.clear();
    measures.bytes = record.size();
    if (record.empty() || record[0] != '{' || !is_utf8(record)) return false;
    const auto end = static_cast<std::uint32_t>(record.size());
    tokens.reset(record.data(), 0, end);
    JsonWalk walk{tokens};
    Measure visitor{record, measures};
    const bool good = tokens.ready() && walk.value(1, visitor) == end && tokens.fault_until() == 0 && !walk.spaced;
    visitor.finish();
    return good;
}

}  // namespace auditfwd
