#include "forwarder/app/app.h"

#include <malloc.h>
#include <signal.h>

#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>

#include "forwarder/app/forwarder.h"
#include "forwarder/app/live_summary.h"
#include "forwarder/app/process.h"
#include "forwarder/app/reload.h"
#include "forwarder/app/rules_file.h"
#include "forwarder/base/log.h"
#include "forwarder/base/signal.h"
#include "forwarder/base/units.h"

namespace auditfwd {

namespace {

constexpr int kBadConfiguration = 1;
constexpr int kBadEnvironment = 3;

int exit_code(const Error& error) { return error.code == ErrorCode::kInvalid ? kBadConfiguration : kBadEnvironment; }

// Freed bodies go back to the system soon, but not each one at once: page faults cost more than parsing.
void bound_allocator() {
    mallopt(M_MMAP_THRESHOLD, static_cast<int>(4_MiB));
    mallopt(M_TRIM_THRESHOLD, static_cast<int>(4_MiB));
    mallopt(M_ARENA_MAX, 4);
}

// SIGTERM and SIGINT end, SIGHUP reloads. Held from before anything is opened, so that a signal never ends the process
// by itself: one that comes during start-up is obeyed right after it.
struct Signals {
    explicit Signals(asio::io_context& loop) : set{loop, SIGTERM, SIGINT, SIGHUP}, changed{loop.get_executor()} {
        next();
    }

    void next() {
        set.async_wait([this](boost::system::error_code error, int signal) {
            if (error) return;
            (signal == SIGHUP ? reload : end) = true;
            changed.notify_all();
            next();
        });
    }

    asio::signal_set set;
    Signal changed;
    bool end = false;
    bool reload = false;
};

Task<void> serve(Forwarder& forwarder, Reload& reload, Signals& signals, LiveSummary* summary) {
    while (!signals.end) {
        if (std::exchange(signals.reload, false)) reload.now();
        co_await signals.changed.wait_until(std::chrono::steady_clock::now() + std::chrono::seconds{1});
        reload.if_changed();
        if (summary) summary->show(forwarder);
    }
    if (summary) summary->end();
}

Task<void> serve_and_stop(Forwarder& forwarder, const Config& config, const RunOptions& options, Signals& signals) {
    Reload reload{options.config_path, config, forwarder};
    LiveSummary summary;
    co_await serve(forwarder, reload, signals, options.live_summary ? &summary : nullptr);
    notify_service_manager("STOPPING=1");
    log_info("shutting down");
    co_await forwarder.stop(std::chrono::steady_clock::now() + config.shutdown_deadline);
    signals.set.cancel();
}

void say_where(const Config& config, const BoundPorts& ports) {
    for (const auto& webhook : ports.webhooks)
        log_info("webhook listens", {{"source", webhook.name}, {"port", std::to_string(webhook.port)}});
    for (const auto& source : config.sources) {
        if (const auto* file = std::get_if<FileSourceOptions>(&source))
            log_info("following", {{"source", file->name}, {"file", file->path.string()}});
    }
    log_info("ready", {{"version", AUDITFWD_VERSION},
                       {"admin_port", std::to_string(ports.admin)},
                       {"policy", config.policy},
                       {"spool", config.spool.directory.string()}});
    if (config.spool.in_memory) log_warn("the spool is in memory: what is acknowledged is lost with the process");
}

}  // namespace

int run(const Config& config, const RunOptions& options) {
    open_log(config.log.format, config.log.level);
    protect_memory();
    bound_allocator();
    ::signal(SIGPIPE, SIG_IGN);  // a reader of stdout that leaves is an error of that sink alone
    asio::io_context loop{1};
    Signals signals{loop};
    SystemFileSystem files;
    const auto rules = load_rules(config, files);
    if (!rules) {
        log_error("cannot start", {{"reason", rules.error().message}});
        return exit_code(rules.error());
    }
    auto forwarder = Forwarder::start(config, *rules);
    if (!forwarder) {
        log_error("cannot start", {{"reason", forwarder.error().message}});
        return exit_code(forwarder.error());
    }
    const auto ports = (*forwarder)->ports();
    say_where(config, ports);
    if (!options.ready_file.empty()) {
        if (const auto written = write_ready_file(files, options.ready_file, ports); !written)
            log_error("the ready file cannot be written", {{"reason", written.error().message}});
    }
    notify_service_manager("READY=1");

    std::exception_ptr failure;
    asio::co_spawn(loop, serve_and_stop(**forwarder, config, options, signals),
                   [&](std::exception_ptr e) { failure = e; });
    loop.run();
    if (failure) std::rethrow_exception(failure);
    log_info("stopped");
    return 0;
}

}  // namespace auditfwd
