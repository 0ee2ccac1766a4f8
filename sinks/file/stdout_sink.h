// Records as lines on standard output, at least once: what a pipe has taken cannot be taken back.
//
// It never blocks for long when nobody reads: a send that gets no further for a second is over, to be tried again. A
// line that was begun is finished first then, so that the output stays lines of JSON.
#pragma once

#include <string>

#include "forwarder/base/units.h"
#include "sinks/sink.h"

namespace auditfwd {

class StdoutSink final : public Sink {
public:
    // `descriptor` is not closed. SIGPIPE must be ignored by the process.
    explicit StdoutSink(SinkContext context, const OversizeOptions& oversize = {}, int descriptor = 1)
        : context_{std::move(context)}, limits_{limits_of(oversize)}, descriptor_{descriptor} {
        limits_.batch_bytes_max = 64_KiB;
    }

    SinkLimits limits() const override { return limits_; }
    Task<Result<void>> open(std::string state, Offset next) override;
    Task<Outcome> send(Batch batch) override;
    Task<Result<std::string>> checkpoint() override;
    Task<void> close() override;

private:
    Result<void> write(Batch batch);
    Result<std::size_t> write_some(std::string_view bytes) const;

    SinkContext context_;
    SinkLimits limits_;
    const int descriptor_;
    std::string buffer_;        // on the helper thread
    std::string rest_of_line_;  // of the send that failed; on the helper thread
};

}  // namespace auditfwd
