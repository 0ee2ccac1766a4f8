#include "forwarder/source/webhook/webhook.h"

#include <fmt/format.h>

#include "forwarder/base/log.h"
#include "forwarder/net/address.h"

namespace auditfwd {

namespace {

bool authenticates(const WebhookOptions& options) {
    return !options.tokens_file.empty() || (options.tls && !options.tls->client_ca.empty());
}

// Validation says the same with more help; here it holds whoever made the options.
Result<void> check(const WebhookOptions& options, std::size_t body_bytes_max, const ByteBudget& budget) {
    TRY(const auto address, parse_address(options.listen));
    const bool guarded = options.tls && authenticates(options);
    if (!address.address().is_loopback() && !guarded && !options.insecure) {
        return Error{ErrorCode::kInvalid,
                     options.listen +
                         " is reachable from other machines, and TLS or authentication is missing: "
                         "configure tls with client_ca or tokens_file, or say insecure: true"};
    }
    if (memory_for_body(body_bytes_max) > budget.total()) {
        return Error{ErrorCode::kInvalid, fmt::format("a body of {} bytes needs {} bytes of memory, {} are there",
                                                      body_bytes_max, memory_for_body(body_bytes_max), budget.total())};
    }
    return {};
}

}  // namespace

WebhookSource::WebhookSource(WebhookOptions options, std::unique_ptr<TokenFile> tokens, ByteBudget& budget,
                             Metrics& metrics, WebhookTimes times)
    : options_{std::move(options)},
      tokens_{std::move(tokens)},
      metrics_{metrics, options_.name},
      context_{options_, options_.body_bytes_max, times, tokens_.get(), budget, metrics_} {}

Result<std::unique_ptr<WebhookSource>> WebhookSource::open(WebhookOptions options, const std::vector<Lane>& lanes,
                                                           ByteBudget& budget, Metrics& metrics, Times times) {
    const auto place = "webhook " + options.name;
    if (options.body_bytes_max == 0) options.body_bytes_max = budget.total() / 5;
    if (auto checked = check(options, options.body_bytes_max, budget); !checked) return checked.error().at(place);
    std::unique_ptr<TokenFile> tokens;
    if (!options.tokens_file.empty()) {
        auto opened = TokenFile::open(options.tokens_file);
        if (!opened) return opened.error().at(place);
        tokens = *std::move(opened);
    }
    std::unique_ptr<WebhookSource> source{
        new WebhookSource{std::move(options), std::move(tokens), budget, metrics, times.request}};
    if (auto listening = source->listen(lanes, metrics, times); !listening) return listening.error().at(place);
    return source;
}

Result<void> WebhookSource::listen(const std::vector<Lane>& lanes, Metrics& metrics, const Times& times) {
    std::vector<HttpServer::Lane> http_lanes;
    for (const auto& lane : lanes) {
        handlers_.push_back(std::make_unique<WebhookHandler>(context_, lane.intake));
        http_lanes.push_back({lane.executor, *handlers_.back()});
    }
    HttpServer::Options server;
    server.name = options_.name;
    server.listen = options_.listen;
    server.tls = options_.tls;
    server.client_certificate_optional = tokens_ != nullptr;
    server.connections_max = options_.connections_max;
    server.timeouts = times.http;
    server.reload_poll = times.reload_poll;
    if (tokens_) server.on_reload = [this] { reload_tokens(); };
    TRY(server_, HttpServer::open(std::move(server), std::move(http_lanes), metrics));
    return {};
}

void WebhookSource::reload_tokens() {
    const auto loaded = tokens_->reload_if_changed();
    if (!loaded) {
        metrics_.reload_failures.Increment();
        log_error("tokens changed but cannot be used; the old ones stay in force",
                  {{"source", options_.name}, {"error", loaded.error().message}});
    } else if (*loaded) {
        log_info("tokens read again",
                 {{"source", options_.name}, {"tokens", std::to_string(tokens_->current()->size())}});
    }
}

}  // namespace auditfwd
