#include "forwarder/app/cli/walk.h"

#include <unistd.h>

#include <cstdio>

#include <fmt/format.h>
#include <CLI/App.hpp>
#include <CLI/Validators.hpp>

#include "forwarder/app/cli/feed.h"
#include "forwarder/app/cli/loading.h"
#include "forwarder/base/limits.h"

namespace auditfwd::cli {

namespace {

// Numbers items over all chunks.
class Numbered final : public PipelineObserver {
public:
    Numbered(Listener& listener, std::uint64_t first) : listener_{listener}, first_{first} {}
    void item(const ItemReport& report) override { listener_.item(first_ + report.number, report); }

private:
    Listener& listener_;
    const std::uint64_t first_;
};

class Walk {
public:
    Walk(const Rules& rules, std::string cluster, Listener& listener)
        : rules_{rules}, cluster_{std::move(cluster)}, listener_{listener} {
        if (rules.detections) detector_ = std::make_unique<EventDetector>(rules.detections);
    }

    Result<void> chunk(const Chunk& chunk) {
        if (chunk.too_large) {
            skipped();
            return {};
        }
        // A document that is refused half-way leaves nothing, as it would not in `run`: so it is walked twice.
        if (chunk.framing == Framing::kAny) TRY_VOID(run(chunk, nullptr));
        return run(chunk, &listener_);
    }

    Exit end() const {
        if (rejected_ == 0) return kDone;
        fmt::print(stderr, "auditfwd: {} of {} items were rejected\n", rejected_, received_);
        return kBadInput;
    }

private:
    Result<void> run(const Chunk& chunk, Listener* listener) {
        const RecordOrigin origin{.cluster = cluster_, .source = "pipe", .peer = {}, .trusted = false};
        Numbered numbered{listener_, received_};
        Pipeline pipeline{rules_,
                          origin,
                          chunk.text,
                          chunk.framing,
                          listener && listener->wants_items() ? &numbered : nullptr,
                          detector_.get()};
        for (auto step = Pipeline::Step::kMore; step == Pipeline::Step::kMore && !listener_.gone();) {
            BlockBuilder block;
            TRY(step, pipeline.run(block, limits::kBlockBytes));
            if (listener && !block.text().empty()) listener->records(block.text());
        }
        if (listener) count(pipeline);
        return {};
    }

    void count(const Pipeline& pipeline) {
        const auto& tally = pipeline.tally();
        if (!listener_.wants_items()) {
            for (const auto& item : pipeline.rejected()) say(received_ + item.number, to_string(item.reason));
        }
        received_ += tally.received;
        rejected_ += tally.rejected_total();
    }

    void skipped() {
        ItemReport report;
        report.rejected = true;
        report.reason = Rejection::kTooLarge;
        if (listener_.wants_items()) {
            listener_.item(received_, report);
        } else {
            say(received_, to_string(report.reason));
        }
        ++received_;
        ++rejected_;
    }

    void say(std::uint64_t number, std::string_view reason) {
        constexpr unsigned kSaidMax = 100;
        if (++said_ <= kSaidMax) fmt::print(stderr, "standard input: item {}: {}\n", number, reason);
    }

    const Rules& rules_;
    const std::string cluster_;
    Listener& listener_;
    std::unique_ptr<EventDetector> detector_;
    std::uint64_t received_ = 0;
    std::uint64_t rejected_ = 0;
    unsigned said_ = 0;
};

RedactionMode mode_of(std::string_view word) {
    return word == "off" ? RedactionMode::kOff : word == "strict" ? RedactionMode::kStrict : RedactionMode::kStandard;
}

// The configuration with the policy that the command line asks for; nothing, with errors said, when there is none.
std::optional<Loaded> load_asked(const WalkOptions& options) {
    SystemFileSystem files;
    auto loaded = load_rules_only(options.config, options.policy, options.rules, files);
    if (loaded.redaction && !options.redaction.empty()) {
        auto redaction = std::make_shared<Redaction>(*loaded.redaction);
        redaction->mode = mode_of(options.redaction);
        loaded.redaction = std::move(redaction);
    }
    auto warnings = std::move(loaded.warnings);
    warnings.insert(warnings.end(), loaded.policy_warnings.begin(), loaded.policy_warnings.end());
    warnings.insert(warnings.end(), loaded.rule_warnings.begin(), loaded.rule_warnings.end());
    say(warnings, loaded.errors);
    if (!loaded.errors.empty()) return std::nullopt;
    return loaded;
}

}  // namespace

void add_walk_options(CLI::App& app, WalkOptions& options) {
    app.add_option("--config", options.config, "Configuration file")->type_name("FILE");
    app.add_option("--policy", options.policy, "A policy file, or eks, metadata, all; instead of the configuration's")
        ->type_name("FILE|NAME");
    app.add_option("--redaction", options.redaction, "off, standard, strict; instead of the configuration's")
        ->type_name("MODE")
        ->check(CLI::IsMember{{"off", "standard", "strict"}});
    app.add_option("--rules", options.rules,
                   "A rule file or directory, or builtin; instead of the configuration's. May be repeated")
        ->type_name("FILE|DIRECTORY|builtin");
}

Exit walk(const WalkOptions& options, Listener& listener) {
    const auto loaded = load_asked(options);
    if (!loaded) return kBadInput;
    const Rules rules{loaded->policy, loaded->redaction, loaded->detections};
    listener.begin(*loaded->policy, loaded->config.policy);

    Walk walk{rules, loaded->config.cluster, listener};
    Feed feed{STDIN_FILENO, loaded->config.memory};
    while (!listener.gone()) {
        auto chunk = feed.next();
        if (!chunk) {
            fmt::print(stderr, "auditfwd: {}\n", chunk.error().message);
            return chunk.error().code == ErrorCode::kTooLarge ? kBadInput : kEnvironment;
        }
        if (!*chunk) break;
        if (auto done = walk.chunk(**chunk); !done) {
            fmt::print(stderr, "standard input: {}\n", done.error().message);
            return kBadInput;
        }
    }
    return walk.end();
}

}  // namespace auditfwd::cli
