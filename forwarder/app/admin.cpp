#include "forwarder/app/admin.h"

#include <fmt/format.h>

namespace auditfwd {

namespace {

constexpr unsigned kConnectionsMax = 64;

HttpAnswer text(unsigned status, std::string body) {
    HttpAnswer answer{status, std::move(body)};
    answer.content_type = "text/plain; charset=utf-8";
    return answer;
}

}  // namespace

AdminServer::AdminServer(Context context) : context_{std::move(context)} {
    pages_.add("/metrics", [this] { return metrics(); });
    pages_.add("/livez", [] { return text(200, "ok\n"); });
    pages_.add("/readyz", [this] { return ready(); });
    pages_.add("/", [this] { return status(); });
}

Result<std::unique_ptr<AdminServer>> AdminServer::open(const std::string& listen, Context context) {
    std::unique_ptr<AdminServer> admin{new AdminServer{std::move(context)}};
    HttpServer::Options options;
    options.name = "admin";
    options.listen = listen;
    options.connections_max = kConnectionsMax;
    auto server =
        HttpServer::open(std::move(options), {{admin->context_.executor, admin->pages_}}, admin->context_.metrics);
    if (!server) return server.error().at("admin");
    admin->server_ = *std::move(server);
    return admin;
}

HttpAnswer AdminServer::metrics() const {
    HttpAnswer answer{200, context_.metrics.text()};
    answer.content_type = "text/plain; version=0.0.4";
    return answer;
}

HttpAnswer AdminServer::ready() const {
    const auto reasons = context_.not_ready();
    if (reasons.empty()) return text(200, "ok\n");
    return text(503, fmt::format("{}\n", fmt::join(reasons, "\n")));
}

HttpAnswer AdminServer::status() const {
    const auto reasons = context_.not_ready();
    return text(200,
                fmt::format("auditfwd {}\n{}{}\n\n/metrics  what it counts\n/livez    whether it runs\n"
                            "/readyz   whether it takes events\n",
                            AUDITFWD_VERSION, reasons.empty() ? "ready" : "not ready: ", fmt::join(reasons, "; ")));
}

}  // namespace auditfwd
