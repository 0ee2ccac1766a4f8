// All sinks there are. The only file that names them: a new destination is its folder, a line here and one in the
// configuration.
#pragma once

#include <memory>
#include <variant>

#include "sinks/cloudwatch/options.h"
#include "sinks/discard/options.h"
#include "sinks/file/options.h"
#include "sinks/kafka/options.h"
#include "sinks/sink.h"

namespace auditfwd {

using SinkSpec = std::variant<FileSinkOptions, DiscardOptions, KafkaOptions, CloudWatchOptions>;

std::unique_ptr<Sink> make_sink(const SinkSpec& spec, SinkContext context);

}  // namespace auditfwd
