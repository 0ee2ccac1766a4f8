// Records as messages of Kafka topics, delivered when all in-sync replicas have them.
//
// One idempotent producer. A send lends its records to librdkafka and ends with their last report; several sends are on
// their way, and stay in order. What the client retries by itself it retries for ever, through any outage, without
// doubling or reordering. Whatever else goes wrong fails the producer as a whole: no send succeeds any more, the
// records that are through are committed, and the checkpoint after that fails. So delivery opens the sink anew at the
// committed position, with a producer made anew; the order stays, and only what was through beyond a gap comes twice.
//
//   running ──an error no retry of the client's cures──▶ failed ──checkpoint (commits)──▶ ──checkpoint (fails)──▶
//   open()
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "forwarder/base/log.h"
#include "forwarder/base/signal.h"
#include "sinks/kafka/message.h"
#include "sinks/kafka/options.h"
#include "sinks/kafka/producer.h"
#include "sinks/kafka/statistics.h"
#include "sinks/kafka/verdict.h"
#include "sinks/sink.h"

namespace auditfwd {

class KafkaSink final : public Sink, private ProducerListener {
public:
    KafkaSink(KafkaOptions options, SinkContext context);
    ~KafkaSink() override;

    SinkLimits limits() const override;
    Task<Result<void>> open(std::string state, Offset next) override;
    Task<Outcome> send(Batch batch) override;
    Task<Result<std::string>> checkpoint() override;
    std::optional<SteadyTime> checkpoint_due() const override;
    std::string held_up_by() const override;
    void stop() override;
    void abandon() override;
    Task<void> close() override;

    // For tests: what a fault of the client's own is made with.
    rd_kafka_t* client() const { return producer_ ? producer_->handle() : nullptr; }

private:
    class Lent;

    void on_report(std::uint64_t tag, rd_kafka_resp_err_t error) override;
    void on_drained() override;
    void on_error(rd_kafka_resp_err_t error, std::string_view text, bool fatal) override;
    void on_statistics(std::string_view json) override;

    // open.cpp: the producer's life
    Task<Result<void>> make_producer();
    Task<Result<void>> look_for_topic();
    Task<void> end_producer();
    KafkaTokenSource token_source() const;
    std::string in_words(std::string_view what) const;
    void count_sent_again(Offset next);

    void produce(Lent& lent, std::size_t index);
    bool is_lacking(const std::string& topic);
    void lack_topic(Lent& lent, std::size_t index);
    Outcome judge(Lent& lent);
    bool is_culprit(const Lent& lent, std::size_t index) const;
    void fail(std::string reason);
    Task<void> let_go();

    const KafkaOptions options_;
    SinkContext context_;
    MessageMaker messages_;
    std::size_t batch_bytes_;  // lowered when a topic takes less than it was said to
    std::optional<Signal> changed_;
    std::unique_ptr<Producer> producer_;
    std::map<std::uint32_t, Lent*> lent_;  // sends whose records librdkafka may have
    std::uint32_t next_lent_ = 0;
    // Records that are stored while others of their batch were refused: the rest is sent again without them.
    std::unordered_set<std::uint64_t> stored_;

    std::string failure_;     // not empty: the producer is of no further use
    bool committed_ = false;  // since it failed
    bool ended_ = false;      // librdkafka has nothing of ours any more
    std::optional<SteadyTime> stop_at_;

    // Topics that do not exist, for a while.
    std::set<std::string> lacking_;
    SteadyTime lacking_until_{};

    struct Trouble {
        rd_kafka_resp_err_t error;
        std::string text;
        SteadyTime since;
    };
    std::optional<Trouble> trouble_;  // of the connection, since the last report
    SteadyTime last_report_{};

    // What was acknowledged since the last good commit.
    struct Acknowledged {
        Offset last;
        std::uint64_t records;
    };
    std::vector<Acknowledged> acknowledged_;

    struct Counts {
        Counter& producers;
        Counter& sent_again;
        Counter& redirected;
        Counter& errors;
        Gauge& outstanding;
    } counts_;
    KafkaClientMetrics client_metrics_;
    std::uint64_t outstanding_ = 0;
    RateLimited log_{std::chrono::seconds{60}};
};

}  // namespace auditfwd
