#include "sinks/registry/registry.h"

#include "sinks/cloudwatch/cloudwatch_sink.h"
#include "sinks/discard/discard_sink.h"
#include "sinks/file/file_sink.h"
#include "sinks/file/stdout_sink.h"
#include "sinks/kafka/kafka_sink.h"

namespace auditfwd {

namespace {

struct Make {
    SinkContext& context;

    std::unique_ptr<Sink> operator()(const FileSinkOptions& options) const {
        if (options.path == "-") return std::make_unique<StdoutSink>(std::move(context), options.oversize);
        return std::make_unique<FileSink>(options, std::move(context));
    }
    std::unique_ptr<Sink> operator()(const DiscardOptions&) const { return std::make_unique<DiscardSink>(); }
    std::unique_ptr<Sink> operator()(const KafkaOptions& options) const {
        return std::make_unique<KafkaSink>(options, std::move(context));
    }
    std::unique_ptr<Sink> operator()(const CloudWatchOptions& options) const {
        return std::make_unique<CloudWatchSink>(options, std::move(context), host_name(), process_environment(),
                                                network(options.aws.ca_file));
    }
};

}  // namespace

std::unique_ptr<Sink> make_sink(const SinkSpec& spec, SinkContext context) { return std::visit(Make{context}, spec); }

}  // namespace auditfwd
