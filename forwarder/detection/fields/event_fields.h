// Reads the fields of one event after the other, each only when it is asked for and once.
//
// Event-level members are where decoding found them; a member's inside is walked once for all fields in it (Captures).
// Memory: Captures::kValuesMax values and Scratch::kBytesMax of one event; what it needed beyond the usual is given
// back by the next. What finds no room is absent, and incomplete() says so. Owner and thread: one worker's detector.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "codecs/event.h"
#include "forwarder/detection/field.h"
#include "forwarder/detection/fields/captures.h"
#include "forwarder/detection/fields/event_field_table.h"
#include "forwarder/detection/fields/scratch.h"
#include "forwarder/detection/fields/texts.h"

namespace auditfwd {

class EventFields final : public FieldSource {
public:
    // The table outlives it, and learns no further fields.
    explicit EventFields(const EventFieldTable& table);

    // The event and its text outlive every get() until the next begin().
    void begin(const Event& event);

    std::uint32_t missing() const override;

    // Of the event in hand: some of what was asked for could not be read.
    bool incomplete() const { return incomplete_ || captures_.incomplete(); }

private:
    using Index = Captures::Index;
    static constexpr Index kNone = Captures::kNone;

    Values read(FieldId id) override;
    // Where a value is that decoding found.
    struct Shortcut {
        Decoded how = Decoded::kNo;
        Field member = Field::kOther;
        Reference reference = Reference::kResource;
        bool of_any_event = false;
        std::string_view text;  // what it was in the event in hand
    };
    static Shortcut shortcut_of(const ResolvedField& field);
    std::string_view decoded(const Shortcut& shortcut);
    Values read_of_any_event(const ResolvedField& field);
    Values read_visits(const ResolvedField& field);
    Values elements(const ResolvedField& field);
    Values member_names(const ResolvedField& field);
    Values subjects(const ResolvedField& field);
    Values target_pod(const ResolvedField& field);
    Values uri_parameter(const ResolvedField& field);
    Values flattened();
    Values joined();
    Values host_ports(const ResolvedField& field);
    Values effective(const ResolvedField& field);
    Values repositories();
    Values privileged();
    Values host_path(std::string_view sought);

    Index at(const FieldPath& path);
    bool visit(const ResolvedField& field, std::int64_t index);
    bool visit_step(Captures::Node node, std::int64_t index, bool& among_elements);
    std::string_view text(Index value) { return texts_.of(captures_.raw(value)); }

    Values one(std::string_view text);
    Values one_of(Index value) { return value == kNone ? Values{} : one(text(value)); }
    Values listed();
    std::string_view kept(std::string_view text);

    const EventFieldTable& table_;
    const Event* event_ = nullptr;
    bool audit_id_ = false;
    bool incomplete_ = false;
    Captures captures_;
    Scratch scratch_;
    Texts texts_;
    std::vector<Index> found_, before_;  // visits: of this step and of the one before; kNone is a miss
    std::array<char, 3> code_;
    std::vector<Shortcut> shortcuts_;     // by field
    std::vector<std::string_view> list_;  // under construction
};

}  // namespace auditfwd
