#include "forwarder/app/forwarder.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <random>
#include <thread>

#include "forwarder/base/assert.h"
#include "forwarder/base/log.h"
#include "sinks/registry/registry.h"

namespace auditfwd {

namespace {

unsigned lanes_of(const Config& config) {
    return config.workers > 0 ? config.workers : std::max(1u, std::thread::hardware_concurrency());
}

std::function<double()> jitter() {
    auto random = std::make_shared<std::mt19937_64>(std::random_device{}());
    return [random] { return std::uniform_real_distribution<double>{0.0, 1.0}(*random); };
}

Metrics::Refresh show_memory(Metrics& metrics, const ByteBudget& budget) {
    constexpr auto kName = "auditfwd_intake_memory_bytes";
    constexpr auto kHelp = "Memory for bodies between their head and their durability: reserved, and all there is.";
    auto& reserved = metrics.gauge(kName, kHelp, {{"state", "reserved"}});
    metrics.gauge(kName, kHelp, {{"state", "total"}}).Set(static_cast<double>(budget.total()));
    return metrics.on_scrape([&reserved, &budget] { reserved.Set(static_cast<double>(budget.in_use())); });
}

}  // namespace

Forwarder::Forwarder(Config config)
    : config_{std::move(config)},
      memory_{plan_memory(config_.memory)},
      budget_{memory_.intake_bytes},
      memory_shown_{show_memory(metrics_, budget_)},
      ledger_{metrics_},
      detection_metrics_{metrics_},
      rejections_{config_.spool.directory / "deadletters" / "intake", files_, clock_, metrics_} {}

Forwarder::~Forwarder() { CHECK(!running_); }

Result<std::unique_ptr<Forwarder>> Forwarder::start(Config config, AllRules rules) {
    std::unique_ptr<Forwarder> forwarder{new Forwarder{std::move(config)}};
    const auto opened = forwarder->open(std::move(rules));
    forwarder->running_ = true;
    if (opened) return forwarder;
    // What was opened before the failure is closed in the usual way.
    asio::io_context loop;
    asio::co_spawn(loop, forwarder->stop(std::chrono::steady_clock::now() + std::chrono::seconds{5}),
                   [](std::exception_ptr failure) {
                       if (failure) std::rethrow_exception(failure);
                   });
    loop.run();
    return opened.error();
}

Result<void> Forwarder::open(AllRules rules) {
    TRY(spool_, Spool::open(config_.spool, files_, clock_, metrics_));
    delivery_worker_ = std::make_unique<Worker>("delivery");
    TRY_VOID(open_deliveries());
    for (std::size_t i = 0; i < deliveries_.size(); ++i) deliveries_[i]->set_policy(rules.sink_policies[i]);
    detection_metrics_.set(rules.rules->detections);
    lanes_ = std::make_unique<Lanes>(lanes_of(config_), std::move(rules.rules), *spool_, ledger_, rejections_);
    TRY_VOID(open_sources());
    TRY_VOID(open_admin());
    start_tasks();
    return {};
}

// A cursor nobody reads holds the disk for ever, or is a sink that was renamed by mistake and would start anew.
Result<void> Forwarder::check_cursors() {
    if (config_.spool.in_memory) return {};
    TRY(const auto names, list_cursors(files_, config_.spool.directory));
    for (const auto& name : names) {
        if (std::ranges::any_of(config_.sinks, [&](const SinkConfig& sink) { return sink.name == name; })) continue;
        return Error{ErrorCode::kInvalid,
                     "the spool " + config_.spool.directory.string() + " has a cursor of a sink \"" + name +
                         "\" that is not configured; if it is gone for good, say " + "auditfwd spool forget " + name};
    }
    return {};
}

Result<void> Forwarder::open_deliveries() {
    TRY_VOID(check_cursors());
    const auto executor = delivery_worker_->executor();
    for (const auto& sink : config_.sinks) {
        DeliveryContext context{.spool = *spool_,
                                .spool_directory = config_.spool.directory,
                                .files = files_,
                                .clock = clock_,
                                .metrics = metrics_,
                                .executor = executor,
                                .random = jitter()};
        const auto make = [&](HelperThread& helper) {
            return make_sink(sink.kind, SinkContext{sink.name, spool_->state().id, files_, helper, clock_, metrics_});
        };
        TRY(auto delivery, Delivery::open(sink.name, sink.delivery, make, std::move(context)));
        deliveries_.push_back(std::move(delivery));
    }
    delivering_ = std::make_unique<TaskGroup>(executor);
    return {};
}

Result<void> Forwarder::open_sources() {
    std::vector<WebhookSource::Lane> lanes;
    for (std::size_t i = 0; i < lanes_->size(); ++i) lanes.push_back({lanes_->executor(i), lanes_->intake(i)});
    following_ = std::make_unique<TaskGroup>(lanes_->executor(0));
    for (const auto& source : config_.sources) {
        if (const auto* webhook = std::get_if<WebhookOptions>(&source)) {
            auto options = *webhook;
            options.connections_max = std::min(options.connections_max, memory_.connections_max);
            if (options.body_bytes_max == 0) options.body_bytes_max = memory_.body_bytes_max;
            TRY(auto opened, WebhookSource::open(std::move(options), lanes, budget_, metrics_));
            webhooks_.push_back(std::move(opened));
        } else {
            auto options = std::get<FileSourceOptions>(source);
            if (options.line_bytes_max == 0) options.line_bytes_max = memory_.body_bytes_max;
            auto remembered = spool_->checkpoint(options.name);
            file_sources_.push_back(std::make_unique<FileSource>(std::move(options), lanes_->executor(0),
                                                                 lanes_->intake(0), budget_, files_, clock_, metrics_,
                                                                 std::move(remembered)));
        }
    }
    return {};
}

Result<void> Forwarder::open_admin() {
    AdminServer::Context context{
        .metrics = metrics_, .not_ready = [this] { return not_ready(); }, .executor = delivery_worker_->executor()};
    TRY(admin_, AdminServer::open(config_.admin.listen, std::move(context)));
    return {};
}

std::vector<std::string> Forwarder::not_ready() const {
    // Readiness is about taking events: never about sinks.
    std::vector<std::string> reasons;
    if (stopping_) reasons.emplace_back("shutting down");
    if (spool_->state().failed) reasons.emplace_back("spool: the disk refuses writes");
    return reasons;
}

void Forwarder::start_tasks() {
    asio::post(delivery_worker_->executor(), [this] {
        for (auto& delivery : deliveries_) delivering_->spawn(delivery->run());
    });
    asio::post(lanes_->executor(0), [this] {
        for (auto& source : file_sources_) following_->spawn(source->run());
    });
    for (auto& webhook : webhooks_) webhook->start();
    admin_->start();
}

void Forwarder::set_rules(const AllRules& rules) {
    lanes_->set_rules(rules.rules);
    detection_metrics_.set(rules.rules->detections);
    asio::post(delivery_worker_->executor(), [this, policies = rules.sink_policies] {
        for (std::size_t i = 0; i < deliveries_.size(); ++i) deliveries_[i]->set_policy(policies[i]);
    });
}

void Forwarder::reload_files() {
    for (auto& webhook : webhooks_) webhook->reload();
}

BoundPorts Forwarder::ports() const {
    BoundPorts ports;
    std::size_t next = 0;
    for (const auto& source : config_.sources) {
        if (const auto* webhook = std::get_if<WebhookOptions>(&source))
            ports.webhooks.push_back({webhook->name, webhooks_[next++]->endpoint().port()});
    }
    ports.admin = admin_->endpoint().port();
    return ports;
}

std::vector<DeliveryStatus> Forwarder::deliveries() const {
    std::vector<DeliveryStatus> all;
    for (const auto& delivery : deliveries_) all.push_back(delivery->status());
    return all;
}

}  // namespace auditfwd
