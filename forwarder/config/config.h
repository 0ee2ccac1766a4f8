// Everything that can be configured, as the rooms want it.
//
// A plain value. Made by parse_config() (parse.h), which has checked it: whoever gets a Config need not check again.
// options.cpp declares how each member is written in the file. Owner: App, which copies it on reload. Thread: any.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "forwarder/base/log.h"
#include "forwarder/base/units.h"
#include "forwarder/delivery/options.h"
#include "forwarder/redaction/options.h"
#include "forwarder/source/file/options.h"
#include "forwarder/source/webhook/options.h"
#include "forwarder/spool/spool.h"
#include "sinks/cloudwatch/options.h"
#include "sinks/discard/options.h"
#include "sinks/file/options.h"
#include "sinks/kafka/options.h"

namespace auditfwd {

using SourceConfig = std::variant<WebhookOptions, FileSourceOptions>;

struct SinkConfig {
    std::string name;
    DeliveryOptions delivery;
    std::variant<FileSinkOptions, DiscardOptions, KafkaOptions, CloudWatchOptions> kind;
};

// What to detect in events. Rules decide before the policy removes anything.
struct DetectionOptions {
    std::vector<std::string> rules{"builtin"};  // "builtin", "none", files, directories, or a directory and *.yaml
    enum class Dropped { kCount, kMetadata } dropped_but_detected = Dropped::kCount;
    bool outputs = false;
};

struct AdminOptions {
    std::string listen = "127.0.0.1:9881";  // address:port, [v6]:port; port 0 takes a free one
};

struct LogOptions {
    LogFormat format = LogFormat::kText;
    LogLevel level = LogLevel::kInfo;
};

// The members' initial values are what runs without a file.
struct Config {
    std::string cluster = "default";
    std::vector<SourceConfig> sources{WebhookOptions{}};
    std::string policy = "eks";  // a built-in policy's name, or a file
    bool policy_lenient = false;
    RedactionOptions redaction;
    DetectionOptions detection;
    std::size_t memory = 256_MiB;
    Spool::Options spool{.directory = "auditfwd-data/spool"};
    std::vector<SinkConfig> sinks{
        {.name = "output", .delivery = {}, .kind = FileSinkOptions{.path = "auditfwd-data/output/audit.ndjson"}}};
    AdminOptions admin;
    LogOptions log;
    unsigned workers = 0;  // 0: one per core
    std::chrono::milliseconds shutdown_deadline{25'000};
};

// The name of a source, whatever its kind.
const std::string& name_of(const SourceConfig& source);

}  // namespace auditfwd
