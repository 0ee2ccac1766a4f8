// The contract between a source and the rest of the program: bytes in, durable (or not) out. All a source knows.
//
// Owner: App, one per worker. Thread: that worker; submissions of one worker interleave at suspension points.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "codecs/block.h"
#include "codecs/framing.h"
#include "forwarder/base/asio.h"
#include "forwarder/base/byte_budget.h"
#include "forwarder/base/result.h"
#include "forwarder/intake/body.h"
#include "forwarder/spool/spool.h"

namespace auditfwd {

// Who sent it; goes into every record. Names from the configuration, and the peer the source authenticated.
struct Origin {
    std::string cluster;
    std::string source;    // the source's name
    std::string peer;      // authenticated name (certificate, token's label); empty when none
    bool trusted = false;  // another auditfwd: its `auditfwd` member is merged, not removed as forged
};

struct Submission {
    Submission(Body b, Origin o) : body{std::move(b)}, origin{std::move(o)} {}
    Body body;
    Origin origin;
    Framing framing = Framing::kAny;
    Durability durability = Durability::kSync;
    // With a checkpoint all records go into one block, so that records and position become durable in one write. The
    // source keeps such bodies small (at most 512 KiB, or one larger line).
    std::optional<Checkpoint> checkpoint;
    // Items the source could not hand over for their size: they count as received, and rejected as too large.
    std::uint64_t passed_over = 0;
    // No answer after this: kTimeout, though the records may still become durable.
    SteadyTime until = SteadyTime::max();
};

struct Accepted {
    std::uint64_t received = 0;  // items found; = stored + dropped + rejected
    std::uint64_t stored = 0;
    std::uint64_t dropped = 0;    // by the policy
    std::uint64_t rejected = 0;   // not an audit event
    std::string first_rejection;  // "item 7: missing auditID"; no event content
};

class Intake {
public:
    virtual ~Intake() = default;

    // Completes when every accepted event is durable. The body's memory is given back before it returns.
    // Fails, with nothing of the body visible to any sink, with: kInvalid (not JSON, or no kind of audit event in it),
    // kFull, kBroken (spool), kTimeout (`until` passed), kUnavailable (shutting down).
    virtual Task<Result<Accepted>> submit(Submission submission) = 0;
};

}  // namespace auditfwd
