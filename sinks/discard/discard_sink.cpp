#include "sinks/discard/discard_sink.h"

namespace auditfwd {

SinkLimits DiscardSink::limits() const { return {}; }

Task<Result<void>> DiscardSink::open(std::string, Offset) { co_return Result<void>{}; }

Task<Outcome> DiscardSink::send(Batch) { co_return Delivered{}; }

Task<Result<std::string>> DiscardSink::checkpoint() { co_return std::string{}; }

Task<void> DiscardSink::close() { co_return; }

}  // namespace auditfwd
