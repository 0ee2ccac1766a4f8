#include "sinks/cloudwatch/cloudwatch_sink.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "codecs/gzip.h"
#include "forwarder/base/units.h"

namespace auditfwd {

namespace {

using namespace std::chrono_literals;
using Kind = AwsReply::Kind;

constexpr auto kPutLimit = 60s;
// Rendered and compressed without letting others run: about half a millisecond.
constexpr std::size_t kSliceBytes = 256_KiB;
constexpr unsigned kInFlight = 4;
// Permissions and what else only an operator can change need not be asked for often.
constexpr std::chrono::milliseconds kOperatorWait = 30s;

constexpr std::string_view kGroupMarks = ".-_/#";
constexpr std::string_view kStreamMarks = ".-_/#@$%&()[]{}+=,;!~ ";

}  // namespace

std::string host_name() {
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? std::string{name.data()} : std::string{"unknown"};
}

CloudWatchSink::CloudWatchSink(CloudWatchOptions options, SinkContext context, std::string host,
                               Environment environment,
                               std::function<std::unique_ptr<HttpCaller>(const HttpEndpoint&)> connect)
    : options_{std::move(options)},
      context_{std::move(context)},
      client_{context_.name,
              "logs",
              SigningPath::kNormalized,
              options_.aws,
              {context_.files, context_.helper, context_.clock, std::move(environment), std::move(connect)}},
      place_{context_.name, options_, client_},
      names_{{options_.group, host, kGroupMarks}, {options_.stream, host, kStreamMarks}},
      metrics_{context_.metrics, context_.name} {}

SinkLimits CloudWatchSink::limits() const {
    auto limits = limits_of(options_.oversize);
    limits.batch_bytes_max = kPutBytesMax;
    limits.batch_records_max = kPutEventsMax;
    limits.record_overhead_bytes = kPutOverheadBytes + kSpliceBytesMax;
    limits.id_in_record = true;
    limits.in_flight_max = kInFlight;
    return limits;
}

Task<Result<void>> CloudWatchSink::open(std::string, Offset) { co_return co_await client_.open(); }

Task<Outcome> CloudWatchSink::send(Batch batch) {
    Sent sent;
    const auto events = time_events(batch, sent);
    const auto calls = plan_calls(batch, events, names_);
    for (const auto& call : calls) {
        auto failed = co_await put(batch, call, sent);
        if (failed) co_return conclude(std::move(sent), std::move(*failed));
    }
    co_return conclude(std::move(sent));
}

void CloudWatchSink::Sent::refuse(std::size_t index, Counter* counter, std::string why) {
    refused.push_back(index);
    if (counter) counters.push_back(counter);
    reason = std::move(why);
}

// Every call was taken.
Outcome CloudWatchSink::conclude(Sent sent) const {
    if (sent.refused.empty()) return Delivered{};
    for (auto* const counter : sent.counters) counter->Increment();
    std::ranges::sort(sent.refused);
    return Permanent{std::move(sent.reason), std::move(sent.refused), true};
}

// One was not. What is refused is found again when the rest is sent.
Outcome CloudWatchSink::conclude(Sent sent, Outcome failed) const {
    if (sent.stored.empty()) return failed;
    // The rest comes back alone, so a failure for good can wait for that.
    Transient again;
    if (auto* const transient = std::get_if<Transient>(&failed)) {
        again = std::move(*transient);
    } else {
        again.reason = std::move(std::get<Permanent>(failed).reason);
    }
    std::ranges::sort(sent.stored);
    again.stored = std::move(sent.stored);
    return again;
}

std::vector<PutEvent> CloudWatchSink::time_events(Batch batch, Sent& sent) const {
    const auto times = put_times(client_.now(), options_.retention_days);
    std::vector<PutEvent> events;
    events.reserve(batch.size());
    for (std::size_t i = 0; i < batch.size(); ++i) {
        const auto event = timed(batch[i], i, times);
        if (event.restamp == Restamp::kNo || options_.restamp) {
            events.push_back(event);
        } else {
            sent.refuse(i, metrics_.restamped[static_cast<std::size_t>(event.restamp) - 1],
                        fmt::format("its time is one CloudWatch does not take ({})", to_string(event.restamp)));
        }
    }
    return events;
}

Task<std::optional<Outcome>> CloudWatchSink::put(Batch batch, const PutCall& call, Sent& sent) {
    const auto reply = co_await put_or_create(batch, call);
    if (reply.ok()) {
        account(batch, call, reply, sent);
        co_return std::nullopt;
    }
    if (reply.ambiguous()) metrics_.ambiguous_events.Increment(static_cast<double>(call.events.size()));
    const bool about_the_events = reply.code == "InvalidParameterException" || reply.code == "SerializationException" ||
                                  reply.code == "ValidationException" || reply.answer.status == 413;
    if (reply.kind != Kind::kRefused || !about_the_events) co_return Outcome{try_again(reply)};
    auto reason = fmt::format("{}: {}", reply.code.empty() ? "413" : reply.code, reply.message);
    if (call.events.size() == 1) {
        sent.refuse(call.events.front().index, nullptr, std::move(reason));
        co_return std::nullopt;
    }
    Permanent bisect;
    bisect.reason = std::move(reason);
    co_return Outcome{std::move(bisect)};
}

Task<AwsReply> CloudWatchSink::put_or_create(Batch batch, const PutCall& call) {
    auto reply = co_await put_once(batch, call);
    if (reply.code != "ResourceNotFoundException") co_return reply;
    if (!options_.create) {
        reply.message =
            fmt::format("log group {} or stream {} is not there, and `create` is off", call.group, call.stream);
        co_return reply;
    }
    auto failed = co_await place_.create(call.group, call.stream);
    if (failed) co_return std::move(*failed);
    co_return co_await put_once(batch, call);
}

Task<AwsReply> CloudWatchSink::put_once(Batch batch, const PutCall& call) {
    const auto wait = rate_.take(context_.clock.steady());
    if (wait.count() > 0) {
        const auto time = std::chrono::ceil<std::chrono::milliseconds>(wait);
        asio::steady_timer timer{co_await asio::this_coro::executor, time};
        co_await timer.async_wait(use);
    }
    const auto body = co_await render(batch, call);
    metrics_.sent_bytes.Increment(static_cast<double>(body.size()));
    auto request = logs_call("PutLogEvents", body);
    request.limit = kPutLimit;
    if (options_.compress) request.fields.emplace_back("Content-Encoding", "gzip");
    auto reply = co_await client_.call(std::move(request));
    note(reply);
    co_return reply;
}

Task<std::string> CloudWatchSink::render(Batch batch, const PutCall& call) const {
    std::string body;
    std::string piece;
    std::optional<Gzip> gzip;
    if (options_.compress) gzip.emplace();
    append_head(call, piece);
    bool first = true;
    for (const auto& event : call.events) {
        append_event(batch[event.index], event, first, piece);
        first = false;
        if (piece.size() < kSliceBytes) continue;
        if (gzip) {
            gzip->add(piece, body);
        } else {
            body += piece;
        }
        piece.clear();
        co_await asio::post(use);
    }
    piece += kPutEnd;
    if (!gzip) co_return body + piece;
    gzip->add(piece, body);
    gzip->finish(body);
    co_return body;
}

void CloudWatchSink::account(Batch batch, const PutCall& call, const AwsReply& reply, Sent& sent) {
    const auto rejects = read_rejects(reply.answer.body, call.events.size());
    for (std::size_t i = 0; i < call.events.size(); ++i) {
        const auto& event = call.events[i];
        Counter* rejected = nullptr;
        if (i >= rejects.too_new_begin) rejected = &metrics_.rejected_too_new;
        if (i < rejects.expired_end) rejected = &metrics_.rejected_expired;
        if (i < rejects.too_old_end) rejected = &metrics_.rejected_too_old;
        if (rejected) {
            sent.refuse(event.index, rejected,
                        "CloudWatch rejected its time (too old, too new or past the group's retention)");
            continue;
        }
        sent.stored.push_back(event.index);
        metrics_.events.Increment();
        metrics_.counted_bytes.Increment(static_cast<double>(counted_bytes(batch[event.index], event)));
        if (event.restamp != Restamp::kNo) metrics_.restamped[static_cast<std::size_t>(event.restamp) - 1]->Increment();
    }
}

Transient CloudWatchSink::try_again(const AwsReply& reply) const {
    Transient again;
    again.reason = to_string(reply.kind);
    if (!reply.code.empty()) again.reason += ": " + reply.code;
    if (!reply.message.empty()) again.reason += ": " + reply.message;
    again.retry_after = std::max(reply.retry_after, rate_.retry_floor());
    if (reply.kind == Kind::kRefused) again.retry_after = std::max(again.retry_after, kOperatorWait);
    return again;
}

void CloudWatchSink::note(const AwsReply& reply) {
    metrics_.calls[static_cast<std::size_t>(reply.kind)]->Increment();
    const auto now = context_.clock.steady();
    if (reply.kind == Kind::kOk) rate_.succeeded(now);
    if (reply.kind == Kind::kThrottled) rate_.throttled(now);
    if (reply.kind == Kind::kServer || reply.kind == Kind::kNotSent) rate_.failed(false);
    if (reply.kind == Kind::kUnknown) rate_.failed(true);
}

}  // namespace auditfwd
