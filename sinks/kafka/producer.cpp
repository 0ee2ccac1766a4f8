#include "sinks/kafka/producer.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <boost/asio/post.hpp>

#include <array>

#include "forwarder/base/log.h"

namespace auditfwd {

namespace {

using Descriptor = asio::posix::stream_descriptor;

constexpr std::size_t kTopicsMax = 1000;  // whose handles are kept

void refresh_token(rd_kafka_t* client, const char*, void* opaque) {
    const auto& tokens = *static_cast<const KafkaTokenSource*>(opaque);
    const auto token = tokens ? tokens() : Result<KafkaToken>{Error{ErrorCode::kInvalid, "no token is configured"}};
    if (!token) {
        rd_kafka_oauthbearer_set_token_failure(client, token.error().message.c_str());
        return;
    }
    std::array<char, 512> trouble{};
    const auto error =
        rd_kafka_oauthbearer_set_token(client, token->text.c_str(), token->expires_ms, token->principal.c_str(),
                                       nullptr, 0, trouble.data(), trouble.size());
    // What it says may quote the token.
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
        rd_kafka_oauthbearer_set_token_failure(client, "the token is not one (RFC 6750)");
}

Result<void> apply(const std::vector<KafkaSetting>& settings, rd_kafka_conf_t* conf) {
    std::array<char, 512> trouble{};
    for (const auto& setting : settings) {
        const auto set = rd_kafka_conf_set(conf, std::string{setting.name}.c_str(), setting.value.c_str(),
                                           trouble.data(), trouble.size());
        if (set == RD_KAFKA_CONF_OK) continue;
        return Error{ErrorCode::kInvalid, std::string{setting.name} + ": " +
                                              (setting.secret ? "librdkafka does not take it" : trouble.data())};
    }
    return {};
}

void log_event(rd_kafka_event_t* event) {
    constexpr int kWarning = 4;  // syslog's
    static RateLimited limited{std::chrono::seconds{10}};
    const char* facility = nullptr;
    const char* text = nullptr;
    int level = 0;
    if (rd_kafka_event_log(event, &facility, &text, &level) != 0) return;
    if (level < kWarning) {
        limited.warn("librdkafka", {{"facility", facility}, {"says", text}});
    } else {
        log_debug("librdkafka", {{"facility", facility}, {"says", text}});
    }
}

}  // namespace

// Waits for the descriptor that librdkafka writes to, and hands out what is in the queue. A handler that still runs
// after the producer has gone finds nobody.
class Producer::Wakeups : public std::enable_shared_from_this<Wakeups> {
public:
    Wakeups(const Executor& executor, rd_kafka_t* client, rd_kafka_queue_t* queue, ProducerListener& listener)
        : descriptor_{executor, ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)},
          client_{client},
          queue_{queue},
          listener_{&listener} {}

    void start() {
        static constexpr std::uint64_t kOne = 1;
        rd_kafka_queue_io_event_enable(queue_, descriptor_.native_handle(), &kOne, sizeof kOne);
        // Only a queue that was empty signals: what came before the line above never would.
        asio::post(descriptor_.get_executor(), [self = weak_from_this()] {
            if (const auto alive = self.lock()) alive->drain();
        });
        wait();
    }

    void end() {
        if (queue_ == nullptr) return;
        rd_kafka_queue_io_event_enable(queue_, -1, nullptr, 0);
        queue_ = nullptr;
        descriptor_.close();
    }

private:
    void wait() {
        if (queue_ == nullptr) return;
        descriptor_.async_wait(Descriptor::wait_read, [self = weak_from_this()](boost::system::error_code error) {
            const auto alive = self.lock();
            if (error || !alive) return;
            alive->drain();
            alive->wait();
        });
    }

    void drain() {
        if (queue_ == nullptr) return;
        // Read before the queue is drained: what arrives in between signals again.
        std::uint64_t count = 0;
        [[maybe_unused]] const auto bytes = ::read(descriptor_.native_handle(), &count, sizeof count);
        while (queue_ != nullptr) {
            const KafkaEvent event{rd_kafka_queue_poll(queue_, 0)};
            if (!event) break;
            handle(event.get());
        }
        if (queue_ != nullptr) listener_->on_drained();
    }

    void handle(rd_kafka_event_t* event) {
        switch (rd_kafka_event_type(event)) {
            case RD_KAFKA_EVENT_DR:
                while (const auto* message = rd_kafka_event_message_next(event))
                    listener_->on_report(reinterpret_cast<std::uintptr_t>(message->_private), message->err);
                break;
            case RD_KAFKA_EVENT_ERROR: {
                auto error = rd_kafka_event_error(event);
                std::string text = rd_kafka_event_error_string(event);
                const bool fatal = error == RD_KAFKA_RESP_ERR__FATAL || rd_kafka_event_error_is_fatal(event) != 0;
                if (fatal) {
                    std::array<char, 512> why{};
                    error = rd_kafka_fatal_error(client_, why.data(), why.size());
                    text = why.data();
                }
                listener_->on_error(error, text, fatal);
                break;
            }
            case RD_KAFKA_EVENT_STATS:
                listener_->on_statistics(rd_kafka_event_stats(event));
                break;
            case RD_KAFKA_EVENT_LOG:
                log_event(event);
                break;
            default:
                break;
        }
    }

    Descriptor descriptor_;
    rd_kafka_t* const client_;
    rd_kafka_queue_t* queue_;  // null: the end
    ProducerListener* const listener_;
};

Result<std::unique_ptr<Producer>> Producer::make(const std::vector<KafkaSetting>& settings, KafkaTokenSource tokens) {
    std::unique_ptr<Producer> producer{new Producer};
    producer->tokens_ = std::move(tokens);
    KafkaConf conf{rd_kafka_conf_new()};
    TRY_VOID(apply(settings, conf.get()));
    rd_kafka_conf_set_events(conf.get(),
                             RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_LOG | RD_KAFKA_EVENT_STATS);
    if (producer->tokens_) {
        rd_kafka_conf_set_opaque(conf.get(), &producer->tokens_);
        rd_kafka_conf_set_oauthbearer_token_refresh_cb(conf.get(), refresh_token);
        rd_kafka_conf_enable_sasl_queue(conf.get(), 1);
    }
    std::array<char, 512> trouble{};
    producer->handle_.reset(rd_kafka_new(RD_KAFKA_PRODUCER, conf.get(), trouble.data(), trouble.size()));
    if (!producer->handle_) return Error{ErrorCode::kInvalid, trouble.data()};
    static_cast<void>(conf.release());  // rd_kafka_new() has taken it
    auto* const client = producer->handle_.get();
    if (producer->tokens_) {
        // As an event of the main queue a refresh would wait for calls that themselves wait for a token.
        const KafkaError failed{rd_kafka_sasl_background_callbacks_enable(client)};
        if (failed) return Error{ErrorCode::kInvalid, rd_kafka_error_string(failed.get())};
    }
    rd_kafka_set_log_queue(client, nullptr);
    producer->queue_.reset(rd_kafka_queue_get_main(client));
    return producer;
}

Producer::~Producer() {
    stop_listening();
    if (!handle_) return;
    forget_all();
    topics_.clear();
    queue_.reset();
}

void Producer::listen(const Executor& executor, ProducerListener& listener) {
    wakeups_ = std::make_shared<Wakeups>(executor, handle_.get(), queue_.get(), listener);
    wakeups_->start();
}

void Producer::stop_listening() {
    if (wakeups_) wakeups_->end();
    wakeups_.reset();
}

rd_kafka_topic_t* Producer::topic(const std::string& name) {
    if (const auto known = topics_.find(name); known != topics_.end()) return known->second.get();
    if (topics_.size() >= kTopicsMax) topics_.clear();  // messages on their way keep what they need
    auto& made = topics_[name];
    made.reset(rd_kafka_topic_new(handle_.get(), name.c_str(), nullptr));
    return made.get();
}

rd_kafka_resp_err_t Producer::produce(Message message) {
    auto* const to = topic(message.topic);
    if (to == nullptr) return RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION;
    // Neither copied nor freed by librdkafka: the payload is the spool's block.
    const auto* const key = message.key;
    const auto error = rd_kafka_producev(
        handle_.get(), RD_KAFKA_V_RKT(to), RD_KAFKA_V_PARTITION(RD_KAFKA_PARTITION_UA), RD_KAFKA_V_MSGFLAGS(0),
        RD_KAFKA_V_VALUE(const_cast<char*>(message.payload.data()), message.payload.size()),
        RD_KAFKA_V_KEY(key ? key->data() : nullptr, key ? key->size() : 0), RD_KAFKA_V_HEADERS(message.headers.get()),
        RD_KAFKA_V_OPAQUE(reinterpret_cast<void*>(static_cast<std::uintptr_t>(message.tag))), RD_KAFKA_V_END);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) static_cast<void>(message.headers.release());  // taken only then
    return error;
}

void Producer::forget_all() { rd_kafka_purge(handle_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT); }

rd_kafka_resp_err_t Producer::look_for_topic(const std::string& topic, std::chrono::milliseconds patience) {
    const KafkaTopic wanted{rd_kafka_topic_new(handle_.get(), topic.c_str(), nullptr)};
    if (!wanted) return RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION;
    const rd_kafka_metadata_t* found = nullptr;
    const auto error = rd_kafka_metadata(handle_.get(), 0, wanted.get(), &found, static_cast<int>(patience.count()));
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return error;
    const auto said = found->topic_cnt == 1 ? found->topics[0].err : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
    rd_kafka_metadata_destroy(found);
    return said;
}

}  // namespace auditfwd
