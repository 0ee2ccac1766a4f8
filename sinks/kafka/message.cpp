#include "sinks/kafka/message.h"

#include <fmt/format.h>

#include <array>

namespace auditfwd {

namespace {

constexpr std::size_t kHeaderBytesMax = 1_KiB;

std::optional<RecordWord> word_of(KafkaKey key) {
    switch (key) {
        case KafkaKey::kAuditId:
            return RecordWord::kAuditId;
        case KafkaKey::kNamespace:
            return RecordWord::kNamespace;
        case KafkaKey::kUser:
            return RecordWord::kUser;
        case KafkaKey::kNone:
            break;
    }
    return {};
}

void add(rd_kafka_headers_t* headers, std::string_view name, std::string_view value) {
    if (value.empty() || value.size() > kHeaderBytesMax) return;  // the record says it in any case
    rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()), value.data(),
                        static_cast<ssize_t>(value.size()));
}

}  // namespace

MessageMaker::MessageMaker(const KafkaOptions& options, std::string spool_id)
    : topic_{TopicTemplate::parse(options.topic).value()},
      key_word_{word_of(options.key)},
      with_headers_{options.headers},
      spool_id_{std::move(spool_id)},
      wanted_{topic_.words()} {
    if (key_word_) wanted_.add(*key_word_);
    if (!with_headers_) return;
    for (const auto word : {RecordWord::kClusterName, RecordWord::kDetections, RecordWord::kPart}) wanted_.add(word);
}

MessageMaker::Made MessageMaker::make(const RecordView& record) {
    const RecordWords words{record, wanted_};
    topic_.render(words, topic_name_);
    if (key_word_) key_ = plain_text(words[*key_word_], kKafkaKeyBytesMax, key_buffer_);
    return {.topic = topic_name_,
            .key = key_word_ && !key_.empty() ? &key_ : nullptr,
            .headers = with_headers_ ? headers(record, words) : nullptr};
}

KafkaHeaders MessageMaker::headers(const RecordView& record, const RecordWords& words) const {
    KafkaHeaders made{rd_kafka_headers_new(5)};
    std::array<char, 64> id{};
    const auto end = fmt::format_to_n(id.data(), id.size(), "{}-{}", spool_id_, number(record.offset));
    add(made.get(), "auditfwd-id", {id.data(), std::min(end.size, id.size())});
    add(made.get(), "auditfwd-cluster", words[RecordWord::kClusterName]);
    add(made.get(), "auditfwd-level", words[RecordWord::kLevel]);
    add(made.get(), "auditfwd-detections", words[RecordWord::kDetections]);
    add(made.get(), "auditfwd-part", words[RecordWord::kPart]);
    return made;
}

}  // namespace auditfwd
