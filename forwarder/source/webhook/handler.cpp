#include "forwarder/source/webhook/handler.h"

#include "forwarder/source/webhook/answers.h"
#include "forwarder/source/webhook/route.h"

namespace auditfwd {

namespace {

Refusal refusal_of_body(const Error& error) {
    switch (error.code) {
        case ErrorCode::kTimeout:
            return Refusal::kBodySlow;
        case ErrorCode::kTooLarge:
            return Refusal::kSize;
        default:
            return Refusal::kBodyBroken;
    }
}

Refusal refusal_of_intake(const Error& error) {
    switch (error.code) {
        case ErrorCode::kInvalid:
            return Refusal::kInvalid;
        case ErrorCode::kTooLarge:
            return Refusal::kSize;
        case ErrorCode::kFull:
            return Refusal::kFull;
        case ErrorCode::kTimeout:
            return Refusal::kLate;
        case ErrorCode::kUnavailable:
        case ErrorCode::kCancelled:
            return Refusal::kStopping;
        default:
            return Refusal::kBroken;
    }
}

}  // namespace

Task<HttpAnswer> WebhookHandler::handle(const HttpRequest& request, HttpBodyReader& reader) {
    auto admitted = admit(request);
    if (auto* answer = std::get_if<HttpAnswer>(&admitted)) co_return std::move(*answer);
    auto received = co_await receive(request, reader);
    if (auto* answer = std::get_if<HttpAnswer>(&received)) co_return std::move(*answer);

    Submission submission{std::get<Body>(std::move(received)), std::get<Origin>(std::move(admitted))};
    submission.durability = context_.options.durability;
    submission.until = request.received_at + context_.times.durable;
    const auto accepted = co_await intake_.submit(std::move(submission));
    if (!accepted) co_return refused_by_intake(accepted.error());
    co_return answer_of(*accepted);
}

std::variant<Origin, HttpAnswer> WebhookHandler::admit(const HttpRequest& request) {
    const auto& options = context_.options;
    const auto tokens = context_.tokens ? context_.tokens->current() : nullptr;
    const Accepts accepts{tokens.get(), options.tls && !options.tls->client_ca.empty()};
    const auto who = authenticate(request, accepts);
    if (const auto* failure = std::get_if<AuthFailure>(&who)) {
        context_.metrics.auth_failed(*failure);
        return refuse(Refusal::kCredentials, refusal(401, "no or wrong credentials"));
    }
    const auto& peer = std::get<Peer>(who);

    const auto where = route(request.method, request.target);
    if (std::holds_alternative<UnknownPath>(where)) return refuse(Refusal::kPath, refusal(404, "unknown path"));
    if (std::holds_alternative<WrongMethod>(where)) {
        auto answer = refusal(405, "events come by POST");
        answer.allow = "POST";
        return refuse(Refusal::kMethod, std::move(answer));
    }
    const auto& named = std::get<EventsFor>(where).cluster;
    const auto& cluster = named.empty() ? options.cluster : named;
    if (!peer.may_speak_for(cluster)) {
        return refuse(Refusal::kCluster, refusal(403, "these credentials are not for this cluster"));
    }
    if (request.coding == ContentCoding::kOther) {
        return refuse(Refusal::kCoding, refusal(415, "Content-Encoding is gzip or none"));
    }
    if (request.content_length.value_or(0) > context_.body_bytes_max) {
        return refuse(Refusal::kSize, refusal(413, "body too large"));
    }
    return Origin{cluster, options.name, peer.name, options.trusted};
}

Task<std::variant<Body, HttpAnswer>> WebhookHandler::receive(const HttpRequest& request, HttpBodyReader& reader) {
    // How much chunks and gzip become is known at their end only: the most is reserved, and given back.
    const bool size_is_known = !request.chunked && request.coding == ContentCoding::kIdentity;
    const auto bytes_max =
        size_is_known ? static_cast<std::size_t>(request.content_length.value_or(0)) : context_.body_bytes_max;
    auto memory =
        co_await context_.budget.reserve(memory_for_body(bytes_max), request.received_at + context_.times.memory);
    if (!memory) co_return refuse(Refusal::kMemory, answer_of_memory(memory.error()));

    Body body{bytes_max, *std::move(memory)};
    const std::span<char> room{body.free_begin(), body.free_bytes()};
    const auto bytes = co_await reader.read(room, request.received_at + context_.times.body);
    if (!bytes) co_return refuse(refusal_of_body(bytes.error()), answer_of_body(bytes.error()));
    body.filled(*bytes);
    body.memory().shrink_to(memory_for_body(*bytes));
    co_return body;
}

HttpAnswer WebhookHandler::refused_by_intake(const Error& error) {
    if (error.code == ErrorCode::kTimeout) context_.metrics.answered_late.Increment();
    return refuse(refusal_of_intake(error), answer_of_intake(error));
}

HttpAnswer WebhookHandler::refuse(Refusal reason, HttpAnswer answer) {
    context_.metrics.refused(reason);
    return answer;
}

}  // namespace auditfwd
