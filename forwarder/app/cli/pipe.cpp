// auditfwd pipe [--config F] [--policy F] [--redaction MODE] [--rules F …] [--limit BYTES [--oversize split|truncate]]
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <CLI/App.hpp>
#include <CLI/Validators.hpp>

#include "codecs/fit.h"
#include "forwarder/app/cli/command_line.h"
#include "forwarder/app/cli/output.h"
#include "forwarder/app/cli/walk.h"
#include "forwarder/config/notation.h"

namespace auditfwd::cli {

namespace {

struct PipeOptions {
    WalkOptions walk;
    std::string limit;
    std::string oversize = "split";
};

class Records final : public Listener {
public:
    explicit Records(const std::optional<FitOptions>& fit) {
        if (fit) fitter_.emplace(*fit);
    }
    void records(std::string_view ndjson) override {
        if (!fitter_) return output_.write(ndjson);
        for (; !ndjson.empty(); ndjson.remove_prefix(ndjson.find('\n') + 1)) fit(ndjson.substr(0, ndjson.find('\n')));
    }
    bool gone() const override { return output_.gone(); }
    Exit finish() {
        const auto written = output_.finish();
        return written == kDone && failed_ ? kBadInput : written;
    }

private:
    void fit(std::string_view record) {
        const auto fitted = fitter_->fit(record);
        if (!fitted) {
            fmt::print(stderr, "auditfwd: {}\n", fitted.error().message);
            failed_ = true;
            return;
        }
        for (std::uint32_t n = 1; n <= fitted->records; ++n) {
            text_.clear();
            fitter_->append(n, text_);
            output_.write(text_ += '\n');
        }
    }

    Output output_;
    std::optional<Fitter> fitter_;
    std::string text_;
    bool failed_ = false;
};

std::string check_limit(const std::string& text) {
    const auto bytes = parse_size(text);
    if (!bytes) return fmt::format("{} {}", in_quotes(text), bytes.error().message);
    if (*bytes >= kFitLimitMin) return {};
    return fmt::format("{} is too little; write {} or more", in_quotes(text), show_size(kFitLimitMin));
}

std::string check_oversize(const std::string& text) {
    if (text == "split" || text == "truncate") return {};
    return fmt::format("{} is unknown; write split or truncate", in_quotes(text));
}

std::optional<FitOptions> fit_options(const PipeOptions& options) {
    if (options.limit.empty()) return std::nullopt;
    return FitOptions{.limit_bytes = static_cast<std::size_t>(*parse_size(options.limit)),
                      .oversize = options.oversize == "split" ? Oversize::kSplit : Oversize::kTruncate};
}

}  // namespace

void add_pipe(CLI::App& app, int& exit) {
    auto options = std::make_shared<PipeOptions>();
    auto* pipe = app.add_subcommand("pipe",
                                    "Audit events on stdin (NDJSON, Event, EventList) → records on stdout, as the "
                                    "forwarder would make them; no spool");
    add_walk_options(*pipe, options->walk);
    auto* limit = pipe->add_option("--limit", options->limit, "The most bytes of a record, without its newline")
                      ->type_name("BYTES")
                      ->check(CLI::Validator{check_limit, ""});
    pipe->add_option("--oversize", options->oversize, "What becomes of a larger one: split (default) or truncate")
        ->type_name("HOW")
        ->check(CLI::Validator{check_oversize, ""})
        ->needs(limit);
    pipe->callback([options, &exit] {
        Records records{fit_options(*options)};
        const auto walked = walk(options->walk, records);
        const auto written = records.finish();
        exit = written == kDone ? walked : written;
    });
}

}  // namespace auditfwd::cli
