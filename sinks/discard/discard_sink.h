// Takes every record and keeps none: what everything before a sink costs, alone.
#pragma once

#include "sinks/sink.h"

namespace auditfwd {

class DiscardSink final : public Sink {
public:
    SinkLimits limits() const override;
    Task<Result<void>> open(std::string state, Offset next) override;
    Task<Outcome> send(Batch batch) override;
    Task<Result<std::string>> checkpoint() override;
    Task<void> close() override;
};

}  // namespace auditfwd
