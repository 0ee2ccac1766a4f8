// What a CloudWatch sink counts.
#pragma once

#include <array>
#include <string>

#include "forwarder/base/metrics.h"
#include "sinks/aws/aws_reply.h"
#include "sinks/cloudwatch/put_plan.h"

namespace auditfwd {

struct PutMetrics {
    PutMetrics(Metrics& metrics, const std::string& sink)
        : calls{},
          restamped{},
          rejected_too_old{rejected(metrics, sink, "too_old")},
          rejected_too_new{rejected(metrics, sink, "too_new")},
          rejected_expired{rejected(metrics, sink, "expired")},
          events{metrics.counter("auditfwd_cloudwatch_events_total", "Events CloudWatch stored.", {{"sink", sink}})},
          counted_bytes{metrics.counter("auditfwd_cloudwatch_counted_bytes_total",
                                        "Bytes of the events stored, as CloudWatch counts and bills them.",
                                        {{"sink", sink}})},
          sent_bytes{metrics.counter("auditfwd_cloudwatch_sent_bytes_total", "Bytes of request bodies, as sent.",
                                     {{"sink", sink}})},
          ambiguous_events{metrics.counter("auditfwd_cloudwatch_ambiguous_events_total",
                                           "Events sent again because no answer came: they may be there twice.",
                                           {{"sink", sink}})} {
        for (std::size_t i = 0; i < calls.size(); ++i) {
            calls[i] = &metrics.counter("auditfwd_cloudwatch_calls_total", "PutLogEvents calls, by their result.",
                                        {{"sink", sink}, {"result", std::string{to_string(AwsReply::Kind(i))}}});
        }
        for (std::size_t i = 0; i < restamped.size(); ++i) {
            restamped[i] = &metrics.counter(
                "auditfwd_cloudwatch_restamped_total",
                "Events whose own time CloudWatch would not take, by why; `restamp` says what becomes of them.",
                {{"sink", sink}, {"reason", std::string{to_string(Restamp(i + 1))}}});
        }
    }

    std::array<Counter*, kAwsReplyKinds> calls;
    std::array<Counter*, 3> restamped;  // from Restamp::kAbsent
    Counter& rejected_too_old;
    Counter& rejected_too_new;
    Counter& rejected_expired;
    Counter& events;
    Counter& counted_bytes;
    Counter& sent_bytes;
    Counter& ambiguous_events;

private:
    static Counter& rejected(Metrics& metrics, const std::string& sink, const std::string& reason) {
        return metrics.counter("auditfwd_cloudwatch_rejected_events_total",
                               "Events CloudWatch took no notice of within a call it took; they become dead letters.",
                               {{"sink", sink}, {"reason", reason}});
    }
};

}  // namespace auditfwd
