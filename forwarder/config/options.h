// The declaration of every option; see visitor.h.
#pragma once

#include "forwarder/config/config.h"
#include "forwarder/config/visitor.h"

namespace auditfwd {

// Of list items the visitor sees as many as `config` holds.
void declare(OptionVisitor& options, Config& config);
void declare(OptionVisitor& options, SourceConfig& source);
void declare(OptionVisitor& options, SinkConfig& sink);
void declare(OptionVisitor& options, KafkaOptions& kafka);
void declare(OptionVisitor& options, CloudWatchOptions& cloudwatch);
// As members of a sink's own mapping, behind its limit.
void declare_oversize(OptionVisitor& options, OversizeOptions& oversize);

}  // namespace auditfwd
