// What a sink's own policy leaves of a record that the intake's policy kept. It only lowers: a record keeps the lower
// of its level and the policy's, and is never more than it was.
//
// `rule` stays the intake policy's; what goes joins `removed`. Where redaction took something that a policy reads, or
// the intake could not decide, a record has no bodies here whatever the policy says, and is never dropped. Of a record
// that another auditfwd split, only its first part can be decided on: the others, which carry its bodies, are dropped.
// Texts rendered by detection rules go with whatever goes, since they may quote it.
//
// Pure. Owner: a sink's delivery. Thread: its own.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "codecs/body_edits.h"
#include "codecs/record_writer.h"
#include "forwarder/policy/policy.h"

namespace auditfwd {

class Lowering {
public:
    explicit Lowering(std::shared_ptr<const Policy> policy);

    enum class Left { kAll, kLess, kNothing };
    // kLess: `record` is a text of its own now, valid until the next call.
    Left lower(RecordView& record);

private:
    struct Ours {
        bool piece = false;      // a part that is nothing but text of a record
        bool undecided = false;  // masked, or unreadable for the intake
    };
    Ours ours(const Event& event);

    const std::shared_ptr<const Policy> policy_;
    RecordWriter writer_;
    BodyEditor editor_;
    std::string text_;
    std::string lowered_;
};

}  // namespace auditfwd
