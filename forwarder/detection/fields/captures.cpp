#include "forwarder/detection/fields/captures.h"

#include "codecs/json_text.h"
#include "codecs/json_walk.h"

namespace auditfwd {

// Follows the projection down one member.
class Captures::Visitor : public JsonVisitor {
public:
    Visitor(Captures& captures, Index top, Node node) : captures_{captures}, top_{top}, coming_{node} {}

    void open(std::uint32_t at, bool object) {
        const auto node = expected();
        if (ignored_ != 0 || node == Projection::kNone) {
            ++ignored_;
            return;
        }
        const auto value = depth_ == 0 ? top_ : captures_.add(node, frame().value, {at, at + 1});
        if (value == kNone) {
            ++ignored_;
            return;
        }
        captures_.frames_[++depth_] = {value, node, !object};
    }
    void close(std::uint32_t at) {
        if (ignored_ != 0) {
            --ignored_;
            return;
        }
        captures_.values_[frame().value].range.end = at + 1;
        --depth_;
    }
    void key(TextRange key) {
        skips_ = true;
        coming_ = Projection::kNone;
        if (ignored_ != 0) return;
        const auto& projection = captures_.projection_;
        const auto& here = frame();
        if (const auto names = projection.names_of(here.node); names != Projection::kNone)
            captures_.add(names, here.value, key);
        const auto content = captures_.event_->raw(key);
        const auto node = projection.find(here.node, content.substr(1, content.size() - 2));
        if (node == Projection::kNone || !captures_.claim(node, here.value)) return;
        coming_ = node;
        skips_ = projection.is_leaf(node);
    }
    bool skips() const { return skips_; }
    void skipped(TextRange range) {
        if (coming_ != Projection::kNone) captures_.add(coming_, frame().value, range);
    }
    void value(TextRange range) {
        if (ignored_ != 0) return;
        const auto node = expected();
        if (node != Projection::kNone) captures_.add(node, frame().value, range);
    }

private:
    const Frame& frame() const { return captures_.frames_[depth_]; }
    // The node of the value that begins here.
    Node expected() const {
        if (depth_ == 0 || !frame().array) return coming_;
        return captures_.projection_.has_elements(frame().node) ? frame().node : Projection::kNone;
    }

    Captures& captures_;
    const Index top_;
    Node coming_;
    std::size_t depth_ = 0;
    std::size_t ignored_ = 0;  // brackets open inside a value that nobody asks for
    bool skips_ = false;
};

Captures::Captures(const Projection& projection)
    : projection_{projection}, tokens_{kWindow}, heads_(projection.size()) {
    values_.reserve(kValuesKept);
}

void Captures::begin(const Event& event) {
    event_ = &event;
    ++number_;
    incomplete_ = false;
    values_.clear();
    if (values_.capacity() > kValuesKept) [[unlikely]] {
        values_.shrink_to_fit();
        values_.reserve(kValuesKept);
    }
}

Captures::Index Captures::add(Node node, Index parent, TextRange range) {
    if (values_.size() == kValuesMax) {
        incomplete_ = true;
        return kNone;
    }
    const auto value = static_cast<Index>(values_.size());
    values_.push_back({range, parent, kNone});
    auto& here = head(node);
    (here.first == kNone ? here.first : values_[here.last].next) = value;
    here.last = value;
    return value;
}

Captures::Head& Captures::head(Node node) {
    auto& head = heads_[node];
    if (head.event != number_) head = {.event = number_};
    return head;
}

// False: a member of that name was taken from this object before.
bool Captures::claim(Node node, Index object) {
    auto& here = head(node);
    if (here.owner == object) return false;
    here.owner = object;
    return true;
}

Captures::Index Captures::top(Node node, Field field, std::string_view name) {
    if (heads_[node].event == number_) return heads_[node].first;
    head(node);
    const auto* member = find(field, name);
    if (member == nullptr) return kNone;
    const auto value = add(node, kNone, member->value);
    if (value != kNone && (is_array(value) || is_object(value)) && !projection_.is_leaf(node)) walk(value, node);
    return heads_[node].first;
}

const Member* Captures::find(Field field, std::string_view name) const {
    if (field != Field::kOther) {
        const auto* member = event_->find(field);
        return member != nullptr && !member->cut ? member : nullptr;
    }
    for (const auto& member : event_->members) {
        if (member.field != Field::kOther || member.cut) continue;
        const auto key = event_->raw(member.key);
        if (is_name(key.substr(1, key.size() - 2), name)) return &member;
    }
    return nullptr;
}

void Captures::walk(Index top, Node node) {
    const auto range = values_[top].range;
    tokens_.reset(event_->text.data(), range.begin, range.end);
    JsonWalk walk{tokens_};
    Visitor visitor{*this, top, node};
    if (tokens_.ready() && walk.value(2, visitor) == range.end) return;
    heads_[node] = {.event = number_};
    incomplete_ = true;
}

Captures::Index Captures::member(Index object, Node node) const {
    if (!is_object(object)) return kNone;
    auto value = first(node);
    while (value != kNone && parent(value) != object) value = next(value);
    return value;
}

Captures::Index Captures::element(Index array, std::size_t n) const {
    if (!is_array(array)) return kNone;
    for (auto value = next(array); value != kNone && inside(value, array); value = next(value)) {
        if (parent(value) == array && n-- == 0) return value;
    }
    return kNone;
}

}  // namespace auditfwd
