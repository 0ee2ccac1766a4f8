// One request to the webhook, from its head to its answer.
//
//   authenticate ▶ route ▶ size ▶ memory ▶ body ▶ Intake::submit ▶ answer
//
// Nothing of a body is read before its memory is granted, nothing is granted before the sender is known. Owner: the
// webhook source, one per lane. Thread: the lane's.
#pragma once

#include <chrono>
#include <cstddef>
#include <variant>

#include "forwarder/base/byte_budget.h"
#include "forwarder/base/limits.h"
#include "forwarder/intake/intake.h"
#include "forwarder/net/http.h"
#include "forwarder/source/webhook/options.h"
#include "forwarder/source/webhook/token_file.h"
#include "forwarder/source/webhook/webhook_metrics.h"

namespace auditfwd {

// From the end of a request's head; the design's numbers, tests shorten them.
struct WebhookTimes {
    std::chrono::milliseconds memory = limits::kMemoryWait;
    std::chrono::milliseconds body = limits::kBodyWait;
    std::chrono::milliseconds durable = limits::kDurableWait;
};

// What the handlers of a source share; it outlives them.
struct WebhookContext {
    const WebhookOptions& options;
    std::size_t body_bytes_max;
    WebhookTimes times;
    TokenFile* tokens;  // null: none
    ByteBudget& budget;
    WebhookMetrics& metrics;
};

class WebhookHandler final : public HttpHandler {
public:
    WebhookHandler(const WebhookContext& context, Intake& intake) : context_{context}, intake_{intake} {}

    Task<HttpAnswer> handle(const HttpRequest& request, HttpBodyReader& body) override;

private:
    // What holds for a request before its body is looked at: where its events come from, or why they may not.
    std::variant<Origin, HttpAnswer> admit(const HttpRequest& request);
    // Its body, paid for; or why there is none.
    Task<std::variant<Body, HttpAnswer>> receive(const HttpRequest& request, HttpBodyReader& reader);
    HttpAnswer refused_by_intake(const Error& error);
    HttpAnswer refuse(Refusal reason, HttpAnswer answer);

    const WebhookContext& context_;
    Intake& intake_;
};

}  // namespace auditfwd
