// auditfwd explain [--config F] [--policy F] [--redaction MODE] [--rules F …]
#include <unistd.h>

#include <memory>

#include <fmt/format.h>
#include <CLI/App.hpp>

#include "codecs/json_text.h"
#include "forwarder/app/cli/command_line.h"
#include "forwarder/app/cli/output.h"
#include "forwarder/app/cli/walk.h"

namespace auditfwd::cli {

namespace {

class Explanations : public Listener {
public:
    void begin(const Policy& policy, std::string_view name) override {
        policy_ = &policy;
        name_ = name;
    }
    bool wants_items() const override { return true; }
    bool gone() const override { return output_.gone(); }
    Exit finish() { return output_.finish(); }

protected:
    const Policy* policy_ = nullptr;
    std::string name_;
    Output output_;
    std::string line_;
};

// One JSON object a line, for programs.
class JsonExplanations final : public Explanations {
public:
    void item(std::uint64_t number, const ItemReport& report) override {
        line_.clear();
        if (report.rejected) {
            line_ = fmt::format(R"({{"n":{},"rejected":"{}"}})", number, to_string(report.reason));
        } else {
            append(number, report);
        }
        line_ += '\n';
        output_.write(line_);
    }

private:
    void append(std::uint64_t number, const ItemReport& report) {
        const auto& decision = report.decision;
        line_ += R"({"auditID":)";
        append_quoted(line_, report.event->audit_id);
        line_ += fmt::format(R"(,"stage":"{}","rule":)", to_string(report.event->stage));
        line_ += decision.rule == 0 ? "null" : fmt::format("{}", decision.rule);
        if (const auto line = policy_->line(decision.rule); line != 0) line_ += fmt::format(R"(,"line":{})", line);
        line_ += fmt::format(R"(,"level":"{}","dropped":{},"removed":[)", to_string(decision.level), report.dropped);
        if (report.removed) report.removed->append_to(line_);
        line_ += R"(],"detections":[)";
        if (report.detector) append_detections(*report.detector, report.outputs);
        line_ += fmt::format(R"(],"n":{}}})", number);
    }

    void append_detections(EventDetector& detector, std::span<const std::string> outputs) {
        const auto& rules = detector.detections()->ruleset().rules();
        std::size_t n = 0;
        for (const auto i : detector.rules()) {
            if (line_.back() != '[') line_ += ',';
            line_ += R"({"rule":)";
            append_quoted(line_, rules[i].name);
            line_ += fmt::format(R"(,"priority":"{}","tags":)", to_string(rules[i].priority));
            append_list(rules[i].tags);
            if (n < outputs.size()) {
                line_ += R"(,"output":)";
                append_quoted(line_, outputs[n++]);
            }
            line_ += R"(,"because":)";
            append_list(detector.because(i));
            line_ += '}';
        }
    }

    void append_list(const std::vector<std::string>& texts) {
        line_ += '[';
        for (const auto& text : texts) {
            if (line_.back() != '[') line_ += ',';
            append_quoted(line_, text);
        }
        line_ += ']';
    }
};

// Columns, for humans.
class TableExplanations final : public Explanations {
public:
    void begin(const Policy& policy, std::string_view name) override {
        Explanations::begin(policy, name);
        output_.write(row("n", "auditID", "stage", "level", "rule", "removed"));
    }

    void item(std::uint64_t number, const ItemReport& report) override {
        const auto n = fmt::format("{}", number);
        if (report.rejected) {
            output_.write(row(n, "-", "-", fmt::format("rejected: {}", to_string(report.reason)), "", ""));
            return;
        }
        const auto& decision = report.decision;
        auto level = std::string{to_string(decision.level)};
        if (report.dropped) level = decision.level == Level::kNone ? "dropped" : level + ", dropped";
        std::string removed;
        if (report.removed && !report.dropped) report.removed->append_to(removed);
        std::erase(removed, '"');
        output_.write(row(n, report.event->audit_id, to_string(report.event->stage), level, rule(decision), removed));
        if (report.detector) write_detections(*report.detector, report.outputs);
    }

private:
    void write_detections(EventDetector& detector, std::span<const std::string> outputs) {
        const auto& rules = detector.detections()->ruleset().rules();
        std::size_t n = 0;
        for (const auto i : detector.rules()) {
            const auto output = n < outputs.size() ? harmless(outputs[n++], 400) : std::string{};
            output_.write(
                fmt::format("{:>6}  {} ({}): {}\n", '!', rules[i].name, to_string(rules[i].priority), output));
        }
    }

    std::string rule(const Decision& decision) const {
        if (decision.unreadable) return "request cannot be read";
        if (decision.rule == 0) return "no rule matches";
        const auto line = policy_->line(decision.rule);
        return line == 0 ? fmt::format("{} of {}", decision.rule, name_)
                         : fmt::format("{}, {}:{}", decision.rule, name_, line);
    }

    // A client chose some of these bytes; a terminal obeys others than printable ones.
    static std::string harmless(std::string_view text, std::size_t bytes_max) {
        std::string out{text.substr(0, bytes_max)};
        for (auto& c : out) {
            if (c < 0x20 || c > 0x7e) c = '?';
        }
        if (text.size() > bytes_max) out.replace(bytes_max - 3, 3, "...");
        return out;
    }

    static std::string row(std::string_view n, std::string_view audit_id, std::string_view stage,
                           std::string_view level, std::string_view rule, std::string_view removed) {
        auto line = fmt::format("{:>6}  {:36}  {:16}  {:24}  {:24}  {}", n, harmless(audit_id, 36), stage, level, rule,
                                harmless(removed, 200));
        line.erase(line.find_last_not_of(' ') + 1);
        return line + "\n";
    }
};

template <class Kind>
int explain(const WalkOptions& options) {
    Kind explanations;
    const auto walked = walk(options, explanations);
    const auto written = explanations.finish();
    return written == kDone ? walked : written;
}

}  // namespace

void add_explain(CLI::App& app, int& exit) {
    auto options = std::make_shared<WalkOptions>();
    auto* command = app.add_subcommand("explain",
                                       "What rules and policy make of each event on stdin: JSON lines, or a table on "
                                       "a terminal");
    add_walk_options(*command, *options);
    command->callback([options, &exit] {
        exit = isatty(STDOUT_FILENO) == 1 ? explain<TableExplanations>(*options) : explain<JsonExplanations>(*options);
    });
}

}  // namespace auditfwd::cli
