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

}  // namespace auditfwd
