// Records as events of CloudWatch Logs, at least once: the service has no key to tell a repetition by, so each event
// carries auditfwd.id (spool id and offset), and readers can.
//
//   Batch ─▶ plan_calls ─▶ PutLogEvents … ─▶ what of each event
//
// A batch may be several calls; when one of them fails, delivery learns which events the others have stored. Groups and
// streams that are not there are created.
#pragma once

#include "sinks/aws/aws_client.h"
#include "sinks/aws/send_rate.h"
#include "sinks/cloudwatch/log_place.h"
#include "sinks/cloudwatch/options.h"
#include "sinks/cloudwatch/put_body.h"
#include "sinks/cloudwatch/put_metrics.h"
#include "sinks/sink.h"

namespace auditfwd {

class CloudWatchSink final : public Sink {
public:
    // `host` is what ${host} stands for. `connect` and `environment` are the network's and the process' own, but in
    // tests.
    CloudWatchSink(CloudWatchOptions options, SinkContext context, std::string host, Environment environment,
                   std::function<std::unique_ptr<HttpCaller>(const HttpEndpoint&)> connect);

    SinkLimits limits() const override;
    Task<Result<void>> open(std::string state, Offset next) override;
    Task<Outcome> send(Batch batch) override;
    Task<Result<std::string>> checkpoint() override { co_return std::string{}; }
    Task<void> tend() override { return client_.keep_fresh(); }
    void abandon() override { client_.close(); }
    Task<void> close() override {
        client_.close();
        co_return;
    }

private:
    // What has become of a batch so far, by index into it.
    struct Sent {
        std::vector<std::size_t> stored;
        std::vector<std::size_t> refused;
        std::vector<Counter*> counters;  // of what is refused, counted when that is final
        std::string reason;              // of a refusal

        void refuse(std::size_t index, Counter* counter, std::string why);
    };

    std::vector<PutEvent> time_events(Batch batch, Sent& sent) const;
    // Nothing: each of its events is stored or refused, as `sent` says.
    Task<std::optional<Outcome>> put(Batch batch, const PutCall& call, Sent& sent);
    Task<AwsReply> put_or_create(Batch batch, const PutCall& call);
    Task<AwsReply> put_once(Batch batch, const PutCall& call);
    Task<std::string> render(Batch batch, const PutCall& call) const;
    void account(Batch batch, const PutCall& call, const AwsReply& reply, Sent& sent);
    Outcome conclude(Sent sent) const;
    Outcome conclude(Sent sent, Outcome failed) const;
    Transient try_again(const AwsReply& reply) const;
    void note(const AwsReply& reply);

    const CloudWatchOptions options_;
    const SinkContext context_;
    AwsClient client_;
    LogPlace place_;
    const PutNames names_;
    PutMetrics metrics_;
    SendRate rate_;
};

std::string host_name();

}  // namespace auditfwd
