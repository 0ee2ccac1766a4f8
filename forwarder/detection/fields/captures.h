// What one event has at the places of a Projection: a tree of text ranges, without anything that was not asked for.
//
// A member of the event is walked the first time one of its values is asked for, once for all places in it; members
// nobody asks for are never opened, and inside one only what leads to a place is looked at. A member that is not JSON
// where it is looked at has no values. Of members with the same name the first counts.
//
// Bounds: kValuesMax values of an event; later ones are missing, and incomplete() says so. Owner: an EventFields;
// thread: its worker's.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "codecs/event.h"
#include "codecs/json_tokens.h"
#include "forwarder/base/limits.h"
#include "forwarder/detection/fields/projection.h"

namespace auditfwd {

class Captures {
public:
    using Node = Projection::Node;
    using Index = std::uint32_t;  // of a value
    static constexpr Index kNone = 0xffff'ffff;
    static constexpr std::size_t kValuesMax = 65'536;

    explicit Captures(const Projection& projection);

    // What was kept belongs to an event that is gone.
    void begin(const Event& event);

    // The value of an event-level member; `field` is kOther for those known by name alone. kNone when it is absent.
    Index top(Node node, Field field, std::string_view name);

    // The first value of this node inside an object.
    Index member(Index object, Node node) const;
    // The n-th element of an array at a node with elements.
    Index element(Index array, std::size_t n) const;

    std::string_view raw(Index value) const { return event_->raw(values_[value].range); }
    bool is_array(Index value) const { return first_byte(value) == '['; }
    bool is_object(Index value) const { return first_byte(value) == '{'; }
    bool is_string(Index value) const { return first_byte(value) == '"'; }

    // Values of a node in the event's order, among which elements of arrays follow the array.
    Index first(Node node) const { return heads_[node].event == number_ ? heads_[node].first : kNone; }
    Index next(Index value) const { return values_[value].next; }
    Index parent(Index value) const { return values_[value].parent; }
    bool before(Index value, Index other) const { return values_[value].range.begin < values_[other].range.begin; }
    // Of two in the event's order.
    bool inside(Index value, Index outer) const { return values_[value].range.end <= values_[outer].range.end; }

    template <class OnElement>
    void each_element(Index array, OnElement on_element) const {
        for (auto value = next(array); value != kNone && inside(value, array); value = next(value)) {
            if (parent(value) == array) on_element(value);
        }
    }
    // The value itself; of an array what is in it, however deep; or its one element, unless `index` is -1.
    template <class OnVisit>
    void each_visit(Index value, std::int64_t index, OnVisit on_visit) const {
        if (!is_array(value)) return on_visit(value);
        if (index >= 0) {
            const auto chosen = element(value, static_cast<std::size_t>(index));
            if (chosen != kNone) on_visit(chosen);
            return;
        }
        for (auto inner = next(value); inner != kNone && inside(inner, value); inner = next(inner)) {
            if (!is_array(inner)) on_visit(inner);
        }
    }

    bool incomplete() const { return incomplete_; }

private:
    struct Value {
        TextRange range;
        Index parent;
        Index next;  // of the same node
    };
    struct Head {
        std::uint64_t event = 0;
        Index first = kNone, last = kNone;
        Index owner = kNone;  // the last object of which a member was taken
    };
    struct Frame {
        Index value;
        Node node;
        bool array;
    };
    class Visitor;

    char first_byte(Index value) const { return event_->text[values_[value].range.begin]; }
    const Member* find(Field field, std::string_view name) const;
    void walk(Index top, Node node);
    Head& head(Node node);
    bool claim(Node node, Index object);
    Index add(Node node, Index parent, TextRange range);

    static constexpr std::size_t kWindow = 8'192;
    static constexpr std::size_t kValuesKept = 4'096;  // from one event to the next

    const Projection& projection_;
    const Event* event_ = nullptr;
    std::uint64_t number_ = 0;
    JsonTokens tokens_;
    std::vector<Value> values_;
    std::vector<Head> heads_;  // by node
    std::array<Frame, limits::kDepthMax + 2> frames_;
    bool incomplete_ = false;
};

// Finds members of one node for objects asked about in the event's order, none inside another.
class MemberCursor {
public:
    MemberCursor(const Captures& captures, Captures::Node node) : captures_{captures}, at_{captures.first(node)} {}
    Captures::Index of(Captures::Index object) {
        while (at_ != Captures::kNone && captures_.before(at_, object)) at_ = captures_.next(at_);
        auto member = at_;
        while (member != Captures::kNone && captures_.parent(member) != object)
            member = captures_.inside(member, object) ? captures_.next(member) : Captures::kNone;
        return member;
    }

private:
    const Captures& captures_;
    Captures::Index at_;
};

}  // namespace auditfwd
