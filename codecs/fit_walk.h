// Follows a record's text and says of each member what the order (fit_order.h) has in mind for it. What comes of that
// is the business of who derives from it: measuring (fit_measure.h) or writing (fit_writer.h), which so cannot differ.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "codecs/fit_order.h"
#include "codecs/json_walk.h"
#include "codecs/short_text.h"

namespace auditfwd {

// A member of an object, or an element of an array, that has a rule.
struct FitChild {
    TextRange key{};  // with quotes; empty: an element
    std::uint32_t begin = 0;
    FitRule rule{};
    FitStep goes = FitStep::kNever;  // with what is around it
    std::uint32_t elsewhere = 0;     // for who measures: of its bytes, those that are counted already
};

// An object or array whose children have rules.
struct FitFrame {
    FitPlace place = FitPlace::kNone;
    std::uint32_t depth = 0;  // of its children
    bool array = false;
    std::uint32_t seen = 0;   // known names that were there
    std::uint32_t count = 0;  // children so far
    FitChild child{};         // the one in hand

    // For who measures: bytes of children, without commas, and when the last of them goes.
    std::uint32_t inner = 0;
    FitStep last = FitStep::kNone;
    // For who writes: whether a child was written.
    bool written = false;
};

// A scalar's short form.
struct ShortForm {
    std::string_view content;
    std::size_t kept = 0;  // all of the content: there is none
    bool cut() const { return kept != content.size(); }
    std::size_t bytes() const { return kept + kMarkBytes + 2; }
};

inline ShortForm short_form(std::string_view raw, const FitRule& rule) {
    const bool is_string = raw[0] == '"';
    ShortForm form{is_string ? raw.substr(1, raw.size() - 2) : raw, 0};
    auto keeps = std::size_t{rule.keeps};
    // What is behind the '?' of a path goes as well.
    if (rule.shortens == FitStep::kUriQuery) keeps = std::min(keeps, std::min(form.content.find('?'), keeps) + 1);
    form.kept = !is_string && raw.size() <= keeps + kMarkBytes + 2 ? raw.size() : kept_bytes(form.content, keeps);
    return form;
}

// Derived hears, beside leaf() for scalars anywhere in bodies that are no children:
//   began(frame)                        a child: its rule and where it begins are known
//   scalar(frame, range)                it is a scalar
//   ended(frame, end)
//   entered(frame, at)                  behind a frame's opening bracket
//   leaving(frame, around, at)          at its closing one
//   deaf()                              asked: what is inside the child need not be heard
template <class Derived>
class FitWalk : public JsonVisitor {
public:
    explicit FitWalk(std::string_view text) : text_{text} {
        frames_[0].place = FitPlace::kDocument;
        frames_[0].array = true;
    }

    void open(std::uint32_t at, bool object) {
        if (depth_ == top_->depth) {
            if (top_->array) begin({}, at);
            const auto& child = top_->child;
            if (child.rule.inside != FitPlace::kNone && !derived().deaf()) push(child, object, at);
        }
        ++depth_;
    }
    void close(std::uint32_t at) {
        --depth_;
        if (top_->depth == depth_ + 1) {
            derived().leaving(*top_, *(top_ - 1), at);
            --top_;
        }
        if (top_->depth == depth_) end(at + 1);
    }
    void key(TextRange key) {
        if (depth_ == top_->depth) begin(key, key.begin);
    }
    void value(TextRange value) {
        if (depth_ != top_->depth) {
            if (in_request_) derived().leaf(value);
            return;
        }
        if (top_->array) begin({}, value.begin);
        derived().scalar(*top_, value);
        end(value.end);
    }

protected:
    std::string_view raw(TextRange range) const { return text_.substr(range.begin, range.size()); }
    FitFrame& top() { return *top_; }
    FitFrame& around() { return *(top_ - 1); }
    // The frames from the event's on, outermost first.
    const FitFrame* first() const { return frames_.data() + 1; }
    bool in_request() const { return in_request_; }
    bool at_child() const { return depth_ == top_->depth; }
    // The name of something guaranteed is written with escapes that it does not need.
    static bool disguised(const FitFrame& frame) {
        const auto& [key, begin, rule, goes, elsewhere] = frame.child;
        return rule.index >= 0 && frame.place <= FitPlace::kOurs && goes > FitStep::kLongNames &&
               rule.name_bytes != key.size() - 2;
    }
    // Long strings of the request's body.
    static constexpr FitRule kLeafRule{.shortens = FitStep::kRequestStrings, .keeps = kNameBytesKept};
    static bool is_long(TextRange value) { return value.size() > kNameBytesKept + kMarkBytes + 2; }

    void end(std::uint32_t at) {
        derived().ended(*top_, at);
        ++top_->count;
        if (top_->place == FitPlace::kEvent) in_request_ = false;
    }

    const std::string_view text_;

private:
    static constexpr std::size_t kFramesMax = 9;  // rows[].object.metadata.annotations of a body

    Derived& derived() { return static_cast<Derived&>(*this); }

    void push(const FitChild& child, bool object, std::uint32_t at) {
        ++top_;
        *top_ = {};
        top_->place = child.rule.inside;
        top_->depth = depth_ + 1;
        top_->array = !object;
        derived().entered(*top_, at + 1);
    }

    void begin(TextRange key, std::uint32_t at) {
        auto& frame = *top_;
        const auto parent_goes = top_ == frames_.data() ? FitStep::kNever : (top_ - 1)->child.goes;
        frame.child = {.key = key, .begin = at};
        auto& rule = frame.child.rule;
        if (frame.array) {
            rule = rule_of_element(frame.place, frame.count, text_[at], response_);
        } else {
            rule = rule_of_member(frame.place, text_.substr(key.begin + 1, key.size() - 2), text_[key.end + 1],
                                  response_, text_.data() + text_.size());
            if (rule.index >= 0) {
                const auto bit = 1u << rule.index;
                if ((frame.seen & bit) != 0) rule = rule_of_repeated(frame.place, rule);
                frame.seen |= bit;
            }
        }
        frame.child.goes = std::min(rule.goes, parent_goes);
        if (frame.place == FitPlace::kEvent) {
            in_request_ = rule.goes == FitStep::kRequestObject;
            response_ = rule.goes == FitStep::kResponseObject;
        }
        derived().began(frame);
    }

    std::array<FitFrame, kFramesMax> frames_{};
    FitFrame* top_ = frames_.data();
    std::uint32_t depth_ = 0;
    bool in_request_ = false;
    bool response_ = false;
};

}  // namespace auditfwd
