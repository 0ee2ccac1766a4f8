// The boundary between rules and events: what a rule may ask for by name, and what an event answers.
//
// A FieldTable resolves names while rules are loaded; afterwards it is immutable, shared by all workers. A FieldSource
// answers for one event at a time; owner and thread: one worker's detector.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "forwarder/base/result.h"

namespace auditfwd {

// A field as it stands in a rule: `ka.uri.param[command]` is {"ka.uri.param", "command"}.
struct FieldName {
    std::string_view name;
    std::optional<std::string_view> argument;
    bool falco_compat = true;  // the plugin's reading, its quirks included
};

std::string to_string(const FieldName& field);

// A field with its argument, once per table: dense, from 0.
enum class FieldId : std::uint16_t {};

constexpr std::size_t index_of(FieldId id) { return static_cast<std::size_t>(id); }

// What it costs to read a field the first time in an event; cheap ones are asked for first.
enum class FieldCost : std::uint8_t {
    kConstant,  // the same for every event, or nearly
    kKnown,     // decoding found it already
    kMember,    // a small member has to be read: user, objectRef, responseStatus, annotations
    kBody,      // requestObject or responseObject has to be opened
};

struct FieldInfo {
    std::string spelling;  // to_string of its name
    bool is_list = false;  // only `exists`, `in`, `intersects` and len() may be asked of it
    FieldCost cost = FieldCost::kMember;
    std::uint8_t part = kNoPart;  // of the event, by number: where it is missing, the field is absent

    static constexpr std::uint8_t kPartsMax = 8;
    static constexpr std::uint8_t kNoPart = 0xFF;
};

class FieldTable {
public:
    // Bound of distinct (name, argument) pairs over all rules.
    static constexpr std::size_t kFieldsMax = 8192;

    virtual ~FieldTable() = default;

    // The same id for the same field. Fails with kInvalid for an unknown name, an argument that is missing, superfluous
    // or malformed (the message says what would be right, and does not name file or line), with kTooLarge past the
    // bound.
    virtual Result<FieldId> resolve(const FieldName& field) = 0;
    virtual const FieldInfo& info(FieldId id) const = 0;
    virtual std::size_t size() const = 0;
};

// What an event has for a field. All values are text: 201 is "201", true is "true", null is "null", an object its
// compact JSON. Views hold until the source's next event. A list that is present has at least one element; a scalar
// that is present has exactly one.
struct Values {
    const std::string_view* first = nullptr;
    std::uint32_t count = 0;

    bool present() const { return count != 0; }
    std::string_view text() const { return *first; }  // of a scalar that is present
    std::span<const std::string_view> all() const { return {first, count}; }
};

class FieldSource {
public:
    virtual ~FieldSource() = default;

    // Reads the field the first time it is asked for in an event, and remembers. Reading has no failure: what cannot be
    // read is absent.
    const Values& get(FieldId id) {
        auto& slot = slots_[index_of(id)];
        if (slot.event != event_) [[unlikely]] {
            slot.values = read(id);
            slot.event = event_;
        }
        return slot.values;
    }

    // The parts that the event in hand does not have, a bit each.
    virtual std::uint32_t missing() const { return 0; }

protected:
    // `fields`: the size of the table the ids are of.
    explicit FieldSource(std::size_t fields) : slots_(fields) {}
    FieldSource(const FieldSource&) = delete;
    FieldSource& operator=(const FieldSource&) = delete;

    // What was remembered belongs to an event that is gone.
    void forget() { ++event_; }

private:
    virtual Values read(FieldId id) = 0;

    struct Slot {
        std::uint64_t event = 0;
        Values values;
    };
    std::uint64_t event_ = 1;
    std::vector<Slot> slots_;
};

}  // namespace auditfwd
