// Records as lines in files: NDJSON, plain or zstd, each record exactly once (output_file.h says how).
#pragma once

#include "sinks/file/output_file.h"

namespace auditfwd {

class FileSink final : public Sink {
public:
    FileSink(FileSinkOptions options, SinkContext context);

    SinkLimits limits() const override { return limits_; }
    Task<Result<void>> open(std::string state, Offset next) override;
    Task<Outcome> send(Batch batch) override;
    Task<Result<std::string>> checkpoint() override;
    std::optional<SteadyTime> checkpoint_due() const override { return due_; }
    Task<void> close() override;

private:
    SinkContext context_;
    const SinkLimits limits_;
    OutputFile file_;  // on the helper thread
    std::optional<SteadyTime> due_;
};

}  // namespace auditfwd
