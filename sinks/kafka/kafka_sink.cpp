#include "sinks/kafka/kafka_sink.h"

#include <algorithm>
#include <utility>

#include "forwarder/base/assert.h"

namespace auditfwd {

namespace {

using namespace std::chrono_literals;

constexpr unsigned kSends = 4;                 // on their way
constexpr std::size_t kBatchBytes = 8_MiB;     // of one send, overhead included
constexpr std::size_t kBatchBytesMin = 1_KiB;  // librdkafka puts one message into a request below that
constexpr auto kStopPatience = 3s;
constexpr auto kNotableSilence = 10s;
constexpr auto kLackingFor = 60s;
constexpr std::size_t kLackingMax = 1000;  // names are chosen by clients

}  // namespace

// The records of one send, as far as librdkafka may have them.
class KafkaSink::Lent {
public:
    enum class Fate : std::uint8_t { kPending, kRedirected, kStored, kTooLarge, kTooLargeAlone, kRefused };

    Lent(KafkaSink& sink, Batch records) : batch{records}, fates(records.size(), Fate::kPending), sink_{sink} {
        while (!sink_.lent_.emplace(sink_.next_lent_, this).second) ++sink_.next_lent_;
        id = sink_.next_lent_++;
    }
    Lent(const Lent&) = delete;
    // Cancelled: the records leave memory, so librdkafka must have let go of them.
    ~Lent() {
        if (outstanding > 0 && sink_.producer_ && !sink_.ended_) sink_.producer_->forget_all();
        sink_.lent_.erase(id);
        sink_.outstanding_ -= outstanding;
    }

    std::uint64_t tag(std::size_t index) const { return std::uint64_t{id} << 32 | index; }

    const Batch batch;
    std::vector<Fate> fates;
    std::uint32_t id = 0;
    std::size_t outstanding = 0;
    rd_kafka_resp_err_t refusal = RD_KAFKA_RESP_ERR_NO_ERROR;

private:
    KafkaSink& sink_;
};

KafkaSink::KafkaSink(KafkaOptions options, SinkContext context)
    : options_{std::move(options)},
      context_{std::move(context)},
      messages_{options_, context_.spool_id},
      batch_bytes_{kafka_batch_bytes(options_)},
      counts_{
          .producers = context_.metrics.counter("auditfwd_kafka_producers_total",
                                                "Producers made: one at the start, one more after each fatal trouble.",
                                                {{"sink", context_.name}}),
          .sent_again = context_.metrics.counter("auditfwd_kafka_sent_again_total",
                                                 "Records that were acknowledged and are sent once more, by a producer "
                                                 "made anew: duplicates.",
                                                 {{"sink", context_.name}}),
          .redirected = context_.metrics.counter("auditfwd_kafka_redirected_total",
                                                 "Records whose own topic does not exist, sent to fallback_topic.",
                                                 {{"sink", context_.name}}),
          .errors = context_.metrics.counter("auditfwd_kafka_client_errors_total",
                                             "Errors the client reported: connections, authentication, fatal ones.",
                                             {{"sink", context_.name}}),
          .outstanding =
              context_.metrics.gauge("auditfwd_kafka_outstanding_records",
                                     "Records that no broker has acknowledged yet.", {{"sink", context_.name}}),
      },
      client_metrics_{context_.metrics, context_.name} {}

KafkaSink::~KafkaSink() = default;

SinkLimits KafkaSink::limits() const {
    auto limits = limits_of(options_.oversize);
    limits.batch_bytes_max = kBatchBytes;
    limits.record_overhead_bytes = kKafkaMessageOverhead;
    limits.in_flight_max = kSends;
    return limits;
}

Task<Outcome> KafkaSink::send(Batch batch) {
    if (!failure_.empty() || !producer_) co_return Outcome{Transient{failure_}};
    Lent lent{*this, batch};
    if (lent_.size() == 1) last_report_ = context_.clock.steady();
    for (std::size_t i = 0; i < batch.size() && failure_.empty(); ++i) produce(lent, i);
    while (lent.outstanding > 0 && failure_.empty()) {
        if (!stop_at_) {
            co_await changed_->wait();
        } else if (context_.clock.steady() < *stop_at_) {
            co_await changed_->wait_until(*stop_at_);
        } else {
            fail("no acknowledgement before the end");
        }
    }
    if (lent.outstanding > 0) co_await let_go();
    co_return judge(lent);
}

void KafkaSink::produce(Lent& lent, std::size_t index) {
    const auto& record = lent.batch[index];
    if (!stored_.empty() && stored_.contains(number(record.offset))) {
        lent.fates[index] = Lent::Fate::kStored;
        return;
    }
    auto made = messages_.make(record);
    if (is_lacking(made.topic)) {
        lent.fates[index] = Lent::Fate::kRedirected;
        counts_.redirected.Increment();
    }
    const bool redirected = lent.fates[index] == Lent::Fate::kRedirected;
    const auto error = producer_->produce({.topic = redirected ? options_.fallback_topic : made.topic,
                                           .payload = record.json,
                                           .key = made.key,
                                           .headers = std::move(made.headers),
                                           .tag = lent.tag(index)});
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
        ++lent.outstanding;
        ++outstanding_;
    } else if (verdict_on(error) == KafkaVerdict::kTooLarge) {
        lent.fates[index] = Lent::Fate::kTooLargeAlone;
    } else {
        fail(explain(error));
    }
}

void KafkaSink::on_report(std::uint64_t tag, rd_kafka_resp_err_t error) {
    const auto found = lent_.find(static_cast<std::uint32_t>(tag >> 32));
    const auto index = static_cast<std::size_t>(tag & 0xffffffff);
    if (found == lent_.end() || found->second->outstanding == 0) return;  // let go of already
    auto& lent = *found->second;
    CHECK(index < lent.fates.size());
    --lent.outstanding;
    --outstanding_;
    switch (verdict_on(error)) {
        case KafkaVerdict::kStored:
            lent.fates[index] = Lent::Fate::kStored;
            last_report_ = context_.clock.steady();
            trouble_.reset();
            break;
        case KafkaVerdict::kTooLarge:
            lent.fates[index] = Lent::Fate::kTooLarge;
            break;
        case KafkaVerdict::kRefused:
            lent.fates[index] = Lent::Fate::kRefused;
            lent.refusal = error;
            break;
        case KafkaVerdict::kNoTopic:
            lack_topic(lent, index);
            break;
        case KafkaVerdict::kTryAgain:
        case KafkaVerdict::kNeedsHelp:
            // Once failed, the others only tell that they were let go of.
            if (failure_.empty()) fail(explain(error));
            break;
    }
}

// Those of records that clients chose a topic for may go elsewhere; all others wait for the topic.
void KafkaSink::lack_topic(Lent& lent, std::size_t index) {
    if (!failure_.empty()) return;
    const auto topic = messages_.make(lent.batch[index]).topic;
    if (options_.fallback_topic.empty()) return fail("the topic " + topic + " does not exist");
    if (lent.fates[index] == Lent::Fate::kRedirected)
        return fail("the topic " + options_.fallback_topic + " does not exist");
    if (lacking_.empty()) lacking_until_ = context_.clock.steady() + kLackingFor;
    lacking_.insert(topic);
    log_.warn("records go to the fallback topic", {{"sink", context_.name}, {"fallback", options_.fallback_topic}});
    produce(lent, index);
}

bool KafkaSink::is_lacking(const std::string& topic) {
    if (!lacking_.empty() && context_.clock.steady() >= lacking_until_) lacking_.clear();
    return !lacking_.empty() && (lacking_.size() >= kLackingMax || lacking_.contains(topic));
}

void KafkaSink::on_drained() {
    counts_.outstanding.Set(static_cast<double>(outstanding_));
    changed_->notify_all();
}

void KafkaSink::on_error(rd_kafka_resp_err_t error, std::string_view text, bool fatal) {
    counts_.errors.Increment();
    const auto since = trouble_ ? trouble_->since : context_.clock.steady();
    // That all brokers are down follows from what was said before, which says why.
    if (!trouble_ || error != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
        trouble_ = Trouble{.error = error, .text = std::string{text}, .since = since};
    if (fatal && failure_.empty()) fail(explain(error));
}

void KafkaSink::on_statistics(std::string_view json) {
    if (const auto now = read_statistics(json)) client_metrics_.show(*now);
}

// Everything of the batch has been reported, or been let go of.
Outcome KafkaSink::judge(Lent& lent) {
    Acknowledged through{lent.batch.back().offset, 0};
    Permanent refused;
    bool shrink = false;
    for (std::size_t i = 0; i < lent.fates.size(); ++i) {
        const auto fate = lent.fates[i];
        if (fate == Lent::Fate::kStored) ++through.records;
        if (fate <= Lent::Fate::kStored) continue;
        if (fate == Lent::Fate::kTooLarge && !is_culprit(lent, i)) {
            shrink = true;
            continue;
        }
        refused.refused.push_back(i);
        refused.reason = fate == Lent::Fate::kRefused ? explain(lent.refusal) : "larger than the topic takes";
    }
    if (through.records > 0) acknowledged_.push_back(through);
    if (shrink && failure_.empty()) {
        batch_bytes_ = std::max(batch_bytes_ / 2, kBatchBytesMin);
        fail("the topic takes less than max_message at once; trying with requests of " + std::to_string(batch_bytes_) +
             " bytes");
    }
    if (through.records == lent.fates.size()) {
        if (!stored_.empty()) {
            for (const auto& record : lent.batch) stored_.erase(number(record.offset));
        }
        return Delivered{};
    }
    if (!failure_.empty()) return Transient{failure_};
    CHECK(!refused.refused.empty());
    for (std::size_t i = 0; i < lent.fates.size(); ++i) {
        if (lent.fates[i] == Lent::Fate::kStored) stored_.insert(number(lent.batch[i].offset));
    }
    return refused;
}

// A message as large as a request may be is alone in it: it is the one that is too large. Smaller ones may have been
// refused for their neighbours'.
bool KafkaSink::is_culprit(const Lent& lent, std::size_t index) const {
    return lent.fates[index] != Lent::Fate::kTooLarge || lent.batch[index].json.size() >= batch_bytes_ ||
           batch_bytes_ <= kBatchBytesMin;
}

void KafkaSink::fail(std::string reason) {
    if (!failure_.empty()) return;
    failure_ = std::move(reason);
    committed_ = false;
    changed_->notify_all();
}

// Once for all sends; those that come later wait for it.
Task<void> KafkaSink::let_go() {
    auto forget = [this] {
        if (!ended_) producer_->forget_all();
        return true;
    };
    co_await context_.helper.run(forget);
    ended_ = true;
}

Task<Result<std::string>> KafkaSink::checkpoint() {
    if (!failure_.empty() && committed_) co_return Error{ErrorCode::kUnavailable, failure_};
    committed_ = !failure_.empty();
    if (failure_.empty()) acknowledged_.clear();
    co_return std::string{};
}

std::optional<SteadyTime> KafkaSink::checkpoint_due() const {
    if (failure_.empty()) return {};
    return SteadyTime::min();
}

std::string KafkaSink::held_up_by() const {
    if (outstanding_ == 0 || !trouble_ || context_.clock.steady() < last_report_ + kNotableSilence) return {};
    return in_words(trouble_->text);
}

void KafkaSink::stop() {
    stop_at_ = context_.clock.steady() + kStopPatience;
    if (changed_) changed_->notify_all();
}

void KafkaSink::abandon() {
    if (producer_) producer_->stop_listening();
}

Task<void> KafkaSink::close() { co_await end_producer(); }

}  // namespace auditfwd
