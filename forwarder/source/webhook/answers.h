// What the webhook answers: the table of outcomes, in one place. Pure.
//
// kube-apiserver sends a batch again after any answer but a 2xx; Retry-After makes it do so sooner and, within one
// attempt, far more often. So what may pass carries it, and what will not pass does not.
#pragma once

#include "forwarder/base/result.h"
#include "forwarder/intake/intake.h"
#include "forwarder/net/http.h"

namespace auditfwd {

// 200 {"accepted":n,"dropped":d,"rejected":r,"first_rejection":"…"}: stored, dropped by the policy, and not an audit
// event; together they are what was sent.
HttpAnswer answer_of(const Accepted& accepted);

// A body that could not be read (HttpBodyReader's errors): 408, 413, 400.
HttpAnswer answer_of_body(const Error& error);

// What Intake::submit() failed with: 400, 413, or 503 to come again.
HttpAnswer answer_of_intake(const Error& error);

// Memory that was not granted: 503, or 413 when there is not that much.
HttpAnswer answer_of_memory(const Error& error);

}  // namespace auditfwd
