// The fields of audit events, resolved while rules are loaded.
//
// Owner: the rule set that was loaded with it. Immutable afterwards; thread: any.
#pragma once

#include <cstdint>
#include <deque>
#include <initializer_list>
#include <string>
#include <unordered_map>
#include <vector>

#include "codecs/event.h"
#include "forwarder/detection/field.h"
#include "forwarder/detection/fields/catalogue.h"
#include "forwarder/detection/fields/projection.h"

namespace auditfwd {

// Values that decoding has found already, for policy and record.
enum class Decoded : std::uint8_t { kNo, kMember, kUserName, kCode, kDecision, kReference };

// From the event down to a place. steps[0] is an event-level member.
struct FieldPath {
    struct Step {
        Projection::Node node = Projection::kNone;
        std::int64_t element = -1;  // of an array, where its key is a number
    };
    Field member = Field::kOther;  // the event-level member, if it is a known one
    Decoded decoded = Decoded::kNo;
    Reference reference = Reference::kResource;  // of kReference
    std::string name;                            // its name
    std::vector<Step> steps;
};

// Parts of an event that rules ask about and many events do not have.
inline constexpr Field kParts[] = {Field::kImpersonatedUser, Field::kRequestObject, Field::kResponseObject};

// A field with its argument, ready to be read.
struct ResolvedField {
    FieldInfo info;
    Reading reading = Reading::kNever;
    FieldPath path;
    std::vector<FieldPath> others;          // kEffective: beside the list; kTargetPod: resource and subresource
    std::vector<Projection::Node> members;  // of the values at the path: what a subject or a port is made of
    std::int64_t index = -1;                // of an element; -1: all
    std::string word;                       // the argument that is a key, a kind of subject, a constant value
};

class EventFieldTable final : public FieldTable {
public:
    // `host_name` is what evt.hostname says.
    explicit EventFieldTable(std::string host_name = {}) : host_name_{std::move(host_name)} {}

    Result<FieldId> resolve(const FieldName& field) override;
    const FieldInfo& info(FieldId id) const override { return field(id).info; }
    std::size_t size() const override { return fields_.size(); }

    const ResolvedField& field(FieldId id) const { return fields_[index_of(id)]; }
    const Projection& projection() const { return projection_; }
    const std::string& host_name() const { return host_name_; }

private:
    enum class Arrays { kNamed, kVisited, kVisitedToTheEnd };

    Result<void> fill(const FieldEntry& entry, ResolvedField& out);
    Result<FieldPath> path(const std::vector<std::string>& keys, Arrays arrays);
    static Arrays arrays_of(Reading reading);
    Result<void> add_other(const std::vector<std::string>& keys, ResolvedField& out);
    Result<void> add_members(std::initializer_list<std::string_view> keys, ResolvedField& out);

    const std::string host_name_;
    Projection projection_;
    std::deque<ResolvedField> fields_;
    std::unordered_map<std::string, FieldId> by_spelling_;
};

}  // namespace auditfwd
