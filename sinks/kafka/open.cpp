// The life of a Kafka sink's producer.
#include <chrono>
#include <thread>

#include "sinks/kafka/kafka_sink.h"

namespace auditfwd {

namespace {

using namespace std::chrono_literals;

constexpr auto kLookPatience = 5s;
// A token file is read again this often, well before what writes it lets its token end.
constexpr auto kTokenHolds = 5min;

}  // namespace

Task<Result<void>> KafkaSink::open(std::string, Offset next) {
    if (!changed_) changed_.emplace(co_await asio::this_coro::executor);
    co_await end_producer();
    count_sent_again(next);
    stored_.clear();
    trouble_.reset();
    failure_.clear();
    ended_ = false;
    auto made = co_await make_producer();
    if (made) made = co_await look_for_topic();
    if (!made) failure_ = made.error().message;
    co_return made;
}

Task<Result<void>> KafkaSink::make_producer() {
    auto make = [this]() -> Result<std::unique_ptr<Producer>> {
        const auto buffered = limits().in_flight_max * (limits().batch_bytes_max + limits().record_bytes_max) * 2;
        TRY(const auto settings, kafka_settings(options_, batch_bytes_, buffered, context_.files));
        return Producer::make(settings, token_source());
    };
    auto made = co_await context_.helper.run(make);
    if (!made) co_return std::move(made).error();
    producer_ = std::move(*made);
    counts_.producers.Increment();
    producer_->listen(co_await asio::this_coro::executor, *this);
    co_return Result<void>{};
}

// Brokers that cannot be reached, refuse us, or lack the topic are said at once, not when the first record is late.
Task<Result<void>> KafkaSink::look_for_topic() {
    const bool one = messages_.one_topic();
    const auto& topic = one ? options_.topic : options_.fallback_topic;
    if (topic.empty()) co_return Result<void>{};
    auto look = [&] {
        auto found = producer_->look_for_topic(topic, kLookPatience);
        // Brokers that create topics by themselves say so in their next answer.
        if (verdict_on(found) == KafkaVerdict::kNoTopic || found == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE) {
            std::this_thread::sleep_for(500ms);
            found = producer_->look_for_topic(topic, kLookPatience);
        }
        return found;
    };
    const auto found = co_await context_.helper.run(look);
    if (found == RD_KAFKA_RESP_ERR_NO_ERROR) co_return Result<void>{};
    const auto verdict = verdict_on(found);
    if (verdict == KafkaVerdict::kNoTopic)
        co_return Error{ErrorCode::kInvalid, "the topic " + topic + " does not exist; create it"};
    if (verdict == KafkaVerdict::kNeedsHelp)
        co_return Error{ErrorCode::kInvalid, "topic " + topic + ": " + explain(found)};
    if (!trouble_) co_return Error{ErrorCode::kUnavailable, explain(found)};
    const bool help = verdict_on(trouble_->error) == KafkaVerdict::kNeedsHelp;
    co_return Error{help ? ErrorCode::kInvalid : ErrorCode::kUnavailable, in_words(trouble_->text)};
}

Task<void> KafkaSink::end_producer() {
    if (!producer_) co_return;
    producer_->stop_listening();
    auto end = [this] {
        producer_.reset();
        return true;
    };
    co_await context_.helper.run(end);
    client_metrics_.client_ended();
}

KafkaTokenSource KafkaSink::token_source() const {
    if (!options_.sasl || options_.sasl->mechanism != SaslMechanism::kOauthBearer) return {};
    return
        [&files = context_.files, path = options_.sasl->token_file, &clock = context_.clock]() -> Result<KafkaToken> {
            TRY(auto text, read_secret(files, path));
            const auto until = std::chrono::ceil<std::chrono::milliseconds>(clock.wall() + kTokenHolds);
            return KafkaToken{
                .text = std::move(text), .principal = "auditfwd", .expires_ms = until.time_since_epoch().count()};
        };
}

std::string KafkaSink::in_words(std::string_view what) const {
    const bool scram = options_.sasl && (options_.sasl->mechanism == SaslMechanism::kScramSha256 ||
                                         options_.sasl->mechanism == SaslMechanism::kScramSha512);
    const bool authentication = trouble_ && trouble_->error == RD_KAFKA_RESP_ERR__AUTHENTICATION;
    return std::string{what} + (authentication ? authentication_advice(scram, rd_kafka_version()) : std::string{});
}

void KafkaSink::count_sent_again(Offset next) {
    for (const auto& through : std::exchange(acknowledged_, {})) {
        if (through.last >= next) counts_.sent_again.Increment(static_cast<double>(through.records));
    }
}

}  // namespace auditfwd
