#include "codecs/fit_writer.h"

#include "codecs/fit_walk.h"

namespace auditfwd {

namespace {

constexpr std::string_view kAnnotationsBegin = "\"annotations\":{";
constexpr std::string_view kOursBegin = "\"auditfwd\":{";

class Writer : public FitWalk<Writer> {
public:
    Writer(std::string_view record, const FitMeasures& measures, const FitText& text, std::string& out)
        : FitWalk{record}, measures_{measures}, with_{text}, items_bytes_{text.items_bytes}, out_{out} {}

    // What goes is not looked into, where that can be chosen.
    bool skips() { return silent_ == nullptr && at_child() && gone(top().child); }
    void skipped(TextRange value) { end(value.end); }

    bool deaf() const { return silent_ != nullptr; }
    void began(FitFrame& frame) {
        if (silent_ != nullptr || frame.place == FitPlace::kDocument) return;
        auto& child = frame.child;
        if (frame.place == FitPlace::kSourceIps && frame.count + 1 == measures_.source_ips && text_[child.begin] == '"')
            child.rule = rule_of_element(frame.place, 0, '"', false);
        if (gone(child)) {
            if (frame.array && !may_stay(child)) silent_ = &frame;
            if (!frame.array || silent_ != nullptr) return;
        }
        if (child.rule.inside == FitPlace::kOurs) add_annotations(frame);
        comma(frame);
        copied_ = child.begin;
        if (disguised(frame) && with_.step >= FitStep::kLongNames) {
            ((out_ += '"') += name_of(frame.place, child.rule)) += '"';
            copied_ = child.key.end;
        }
    }
    void scalar(const FitFrame& frame, TextRange value) {
        const auto& rule = frame.child.rule;
        if (silent_ != nullptr) return;
        if (rule.shortens <= with_.step) {
            shorten(value, rule);
        } else if (in_request()) {
            leaf(value);
        }
    }
    void leaf(TextRange value) {
        if (silent_ != nullptr || with_.step < FitStep::kRequestStrings) return;
        if (is_long(value) && text_[value.begin] == '"') shorten(value, kLeafRule);
    }
    void entered(const FitFrame&, std::uint32_t at) {
        if (silent_ == nullptr) copy_to(at);
    }
    void leaving(FitFrame& frame, const FitFrame&, std::uint32_t at) {
        if (silent_ != nullptr) return;
        if (frame.place == FitPlace::kAnnotations && !with_.annotation.empty()) add(frame, with_.annotation);
        if (frame.place == FitPlace::kOurs && !with_.ours.empty()) add(frame, with_.ours);
        if (frame.place == FitPlace::kEvent && !measures_.has_ours) {
            add_annotations(frame);
            if (!with_.ours.empty()) (add(frame, kOursBegin) += with_.ours) += '}';
        }
        copied_ = at;
    }
    void ended(FitFrame& frame, std::uint32_t end) {
        if (silent_ != nullptr) {
            if (silent_ == &frame) silent_ = nullptr;
            return;
        }
        if (frame.place == FitPlace::kDocument) return copy_to(end);
        if (!gone(frame.child)) return copy_to(end);
        if (frame.array) end_item(end);
    }

private:
    bool gone(const FitChild& child) const { return child.rule.goes <= with_.step; }
    // Of the items that go, the first ones stay as long as there is room.
    bool may_stay(const FitChild& child) const {
        return child.rule.goes == FitStep::kItems && with_.step == FitStep::kItems && items_bytes_ != 0;
    }
    void end_item(std::uint32_t end) {
        copy_to(end);
        const auto bytes = out_.size() - item_at_;
        if (bytes <= items_bytes_) {
            items_bytes_ -= bytes;
            return;
        }
        items_bytes_ = 0;
        out_.resize(item_at_);
    }

    void comma(FitFrame& frame) {
        if (frame.array) item_at_ = out_.size();
        if (frame.written) out_ += ',';
        frame.written = true;
    }
    std::string& add(FitFrame& frame, std::string_view text) {
        if (frame.written) out_ += ',';
        frame.written = true;
        return out_ += text;
    }
    void add_annotations(FitFrame& frame) {
        if (measures_.has_annotations || with_.annotation.empty()) return;
        (add(frame, kAnnotationsBegin) += with_.annotation) += '}';
    }
    void copy_to(std::uint32_t end) {
        out_ += text_.substr(copied_, end - copied_);
        copied_ = end;
    }
    void shorten(TextRange value, const FitRule& rule) {
        const auto form = short_form(raw(value), rule);
        if (!form.cut()) return;
        copy_to(value.begin);
        (out_ += '"') += form.content.substr(0, form.kept);
        append_mark(out_, form.content);
        out_ += '"';
        copied_ = value.end;
    }

    const FitMeasures& measures_;
    const FitText& with_;
    std::size_t items_bytes_;
    std::string& out_;
    std::uint32_t copied_ = 0;          // of the record, what is written or gone
    const FitFrame* silent_ = nullptr;  // an element of this frame is walked and not written
    std::size_t item_at_ = 0;
};

}  // namespace

std::size_t bytes_added(const FitMeasures& measures, const FitText& text) {
    std::size_t bytes = 0;
    if (!text.annotation.empty()) {
        bytes += text.annotation.size();
        if (!measures.has_annotations) {
            bytes += kAnnotationsBegin.size() + 2;
        } else if (measures.annotations_last > text.step) {
            bytes += 1;
        }
    }
    if (!text.ours.empty()) {
        bytes += text.ours.size();
        if (!measures.has_ours) {
            bytes += kOursBegin.size() + 2;
        } else if (measures.ours_last > text.step) {
            bytes += 1;
        }
    }
    return bytes;
}

void write_fitted(std::string_view record, JsonTokens& tokens, const FitMeasures& measures, const FitText& text,
                  std::string& out) {
    const auto end = static_cast<std::uint32_t>(record.size());
    tokens.reset(record.data(), 0, end);
    JsonWalk walk{tokens};
    Writer writer{record, measures, text, out};
    if (tokens.ready()) walk.value(1, writer);
}

}  // namespace auditfwd
