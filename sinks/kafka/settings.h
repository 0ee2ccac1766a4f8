// What librdkafka is told, from a sink's options. The secrets are read here, anew each time a producer is made, and
// go nowhere else.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "forwarder/base/file_system.h"
#include "sinks/kafka/options.h"

namespace auditfwd {

struct KafkaSetting {
    std::string_view name;
    std::string value;
    bool secret = false;
};

// `batch_bytes`: the most the client puts into one request for a partition; `buffered_bytes`: what may be on its way.
// Blocks: reads files. Fails with kInvalid when a secret cannot be had.
Result<std::vector<KafkaSetting>> kafka_settings(const KafkaOptions& options, std::size_t batch_bytes,
                                                 std::size_t buffered_bytes, FileSystem& files);

// The most that is put together for one partition, such that brokers take it at the size they were said to take.
std::size_t kafka_batch_bytes(const KafkaOptions& options);

// The content of a small file without the white space at its end.
Result<std::string> read_secret(FileSystem& files, const std::filesystem::path& path);

}  // namespace auditfwd
