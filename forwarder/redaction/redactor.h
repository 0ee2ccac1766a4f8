// Applies a Redaction to one event after the other, between policy and render.
//
// Works on what is kept: members marked as cut are not looked at. What goes is replaced, never cut, so that shapes
// stay: keys, numbers of items, types of containers. Path, user name, groups and verb stay as they are, since sink
// policies read them from the record, except where one holds a credential recognised by its form.
//
// Pure. Owner: a pipeline; one per body. Thread: its. Memory: bounded, beside copies of the strings that hold JSON.
#pragma once

#include <memory>

#include "codecs/edits.h"
#include "codecs/event.h"

namespace auditfwd {

struct Redaction;

class Redactor {
public:
    // Null: nothing is redacted. Outlives it.
    explicit Redactor(const Redaction* redaction);
    ~Redactor();

    // Adds its edits and their names. False: a member that is kept is not RFC 8259; the event is to be rejected.
    // A body that cannot be looked into whole is cut.
    bool apply(Event& event, Edits& edits, Removed& removed);

private:
    class Impl;
    const Redaction* const redaction_;
    std::unique_ptr<Impl> impl_;  // from the first event on
};

}  // namespace auditfwd
