// The contract between delivery and a destination.
//
// A sink turns one Batch into one request and says what became of it. Reading the spool, selecting, fitting, retrying,
// bisecting, dead letters, cursors and metrics are delivery's, so that they exist once and behave alike everywhere.
//
// Life: open(), checkpoint(), then send() and checkpoint() as often as needed, then close() once. After a failed open()
// or a failed checkpoint() comes another open(), which starts again from what was committed last. What checkpoint()
// gives is always committed before the next send(), so a sink may announce there what it is about to create.
// Owner: the Delivery that created it. Thread: the delivery worker; a sink never blocks it (calls that block go to the
// sink's helper thread).
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "codecs/record.h"
#include "forwarder/base/asio.h"
#include "forwarder/base/clock.h"
#include "forwarder/base/file_system.h"
#include "forwarder/base/helper_thread.h"
#include "forwarder/base/metrics.h"
#include "forwarder/base/result.h"
#include "sinks/oversize_options.h"

namespace auditfwd {

// Consecutive records for one request, offsets ascending (filtered ones are missing); or parts of one record, in order,
// all with its offset. They outlive the send.
using Batch = std::span<const RecordView>;

// What one request may carry, in the destination's own count.
struct SinkLimits {
    std::size_t batch_bytes_max = 1024 * 1024;
    std::size_t batch_records_max = 10'000;
    std::chrono::milliseconds batch_span_max = std::chrono::milliseconds::max();  // oldest to newest stage time
    std::size_t record_bytes_max = SIZE_MAX;  // delivery fits larger records before it sends
    std::size_t record_overhead_bytes = 0;    // counted for each record, in both limits above
    Oversize oversize = Oversize::kSplit;     // what becomes of a record above record_bytes_max
    std::uint32_t parts_max = 64;             // more: it is truncated
    bool id_in_record = false;                // `auditfwd.id` is spliced into each: there is no better place
    unsigned in_flight_max = 1;               // sends that may be outstanding at once; 1 keeps the order
};

// Of a destination that takes any batch, with what was configured for one record.
inline SinkLimits limits_of(const OversizeOptions& options) {
    SinkLimits limits;
    if (options.limit_bytes != 0) limits.record_bytes_max = options.limit_bytes;
    limits.oversize = options.oversize;
    limits.parts_max = options.parts_max;
    return limits;
}

// The destination has every record, durably once checkpoint() says so.
struct Delivered {
    // Commit the cursor before the next send: the sink's files depend on it (rotation). Only further parts of the same
    // record come before.
    bool commit_first = false;
};

// The same batch may succeed later. Only what `stored` names (indices into the batch, ascending; never parts of one
// record) is known to be stored, and is not sent again; more may be.
struct Transient {
    std::string reason;
    std::chrono::milliseconds retry_after{0};  // what the destination asked for; 0 if nothing
    std::vector<std::size_t> stored{};
};

// The same batch would fail again. `refused` names the culprits by index into the batch, ascending; the others are sent
// again without them, unless they were stored all the same. Empty: delivery must bisect.
// A sink whose open() undoes what was not committed stores whole batches or nothing.
struct Permanent {
    std::string reason;
    std::vector<std::size_t> refused;
    bool others_stored = false;
};

using Outcome = std::variant<Delivered, Transient, Permanent>;

// What a sink is made with; all of it outlives the sink.
struct SinkContext {
    std::string name;      // as configured: for the log and for labels
    std::string spool_id;  // with an offset, a record's identity
    FileSystem& files;
    HelperThread& helper;  // shared with the sink's delivery
    const Clock& clock;
    Metrics& metrics;
};

class Sink {
public:
    virtual ~Sink() = default;

    // Constant for the sink's life.
    virtual SinkLimits limits() const = 0;

    // Makes the destination ready, and undoes what it holds beyond the committed position. `state` is what
    // checkpoint() last gave (empty the first time), `next` the first offset that will be sent (dead letters that are
    // sent once more keep their old, lower ones). Fails with kInvalid when only a human can help, else it is tried
    // again, soon.
    virtual Task<Result<void>> open(std::string state, Offset next) = 0;

    // Sends one batch within limits(). Never throws for what the destination does.
    virtual Task<Outcome> send(Batch batch) = 0;

    // Makes everything delivered so far durable and gives the state that belongs to it (at most
    // limits::kCheckpointBytesMax). Never called while a send is outstanding. A failure means that what was delivered
    // since the last success may be lost.
    virtual Task<Result<std::string>> checkpoint() = 0;

    // When checkpoint() should be called even if nothing more is delivered (a file that is to end after an hour).
    virtual std::optional<SteadyTime> checkpoint_due() const { return {}; }

    // What the outstanding sends wait for, if that is worth saying; empty: nothing unusual. Asked for every few
    // seconds.
    virtual std::string held_up_by() const { return {}; }

    // Sends that are outstanding should end within a few seconds, delivered or not; at most a checkpoint and close()
    // follow.
    virtual void stop() {}

    // Delivery was cut short: none of the sink's coroutines runs any more, and no call follows. Gives up what keeps the
    // executor busy.
    virtual void abandon() {}

    // What must happen beside sends while the sink is open (credentials renewed before they expire). Begun after
    // open(), ended by terminal cancellation, which may throw through it.
    virtual Task<void> tend() { co_return; }

    // Ends what send began (a multipart upload, a transaction). Called once, after the last send; nothing is lost
    // without it.
    virtual Task<void> close() = 0;
};

}  // namespace auditfwd
