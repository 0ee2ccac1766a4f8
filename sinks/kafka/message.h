// What of a record goes where in a Kafka message: topic, key, headers. The value is the record as it is. Pure.
//
//   auditfwd-id          <spool id>-<offset>: the record's identity; a record that comes twice has the same
//   auditfwd-cluster     as in the record
//   auditfwd-level       Metadata, Request, RequestResponse
//   auditfwd-detections  the JSON list of rules, when any fired
//   auditfwd-part        {"n":2,"of":3,"id":"…"}, when the record is part of a larger one
#pragma once

#include <string>
#include <string_view>

#include "sinks/kafka/handles.h"
#include "sinks/kafka/options.h"
#include "sinks/kafka/topic_template.h"

namespace auditfwd {

// What a message needs beside its value, at most: SinkLimits counts it.
inline constexpr std::size_t kKafkaKeyBytesMax = 256;
inline constexpr std::size_t kKafkaMessageOverhead = 2_KiB;

class MessageMaker {
public:
    // `options` were checked; `spool_id` is 32 hex digits.
    MessageMaker(const KafkaOptions& options, std::string spool_id);

    struct Made {
        const std::string& topic;
        const std::string_view* key;  // null: none
        KafkaHeaders headers;         // null: none
    };
    // Valid until the next call.
    Made make(const RecordView& record);

    bool one_topic() const { return topic_.fixed(); }

private:
    KafkaHeaders headers(const RecordView& record, const RecordWords& words) const;

    const TopicTemplate topic_;
    const std::optional<RecordWord> key_word_;
    const bool with_headers_;
    const std::string spool_id_;
    WordSet wanted_;
    std::string topic_name_;
    std::string key_buffer_;
    std::string_view key_;
};

}  // namespace auditfwd
