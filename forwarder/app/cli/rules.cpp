// auditfwd rules list|check|test: look at detection rules, and see whether they do what they should.
#include <cstdio>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <CLI/App.hpp>

#include "codecs/event_reader.h"
#include "forwarder/app/cli/command_line.h"
#include "forwarder/app/cli/loading.h"
#include "forwarder/app/cli/output.h"
#include "forwarder/app/detection_files.h"
#include "forwarder/detection/rule_tests.h"

namespace auditfwd::cli {

namespace {

struct RulesOptions {
    std::string config;
    std::vector<std::string> rules;
    std::vector<std::string> files;
};

// The rules that are asked for; null, with errors said, when there is something wrong.
std::shared_ptr<const Detections> load_asked(const RulesOptions& options, FileSystem& files, bool warn) {
    auto loaded = load_rules_only(options.config, "", options.rules, files);
    say(warn ? loaded.rule_warnings : std::vector<std::string>{}, loaded.errors);
    if (!loaded.errors.empty()) return nullptr;
    if (!loaded.detections) fmt::print(stderr, "auditfwd: no rules\n");
    return loaded.detections;
}

std::string joined(const std::vector<std::string>& texts) {
    std::string out;
    for (const auto& text : texts) out += (out.empty() ? "" : " ") + text;
    return out;
}

int list(const RulesOptions& options) {
    SystemFileSystem files;
    const auto detections = load_asked(options, files, false);
    if (!detections) return kBadInput;
    Output output;
    for (const auto& rule : detections->ruleset().rules()) {
        output.write(fmt::format("{:13} {}{}\n              {}\n              {}  {}:{}\n", to_string(rule.priority),
                                 rule.name, rule.enabled ? "" : " (disabled)", rule.description, joined(rule.tags),
                                 rule.file, rule.line));
    }
    return output.finish();
}

int check(RulesOptions options) {
    SystemFileSystem files;
    options.rules = options.files;
    const auto detections = load_asked(options, files, true);
    if (!detections) return kBadInput;
    Output output;
    output.write(fmt::format("{} rules\n", detections->ruleset().rules().size()));
    return output.finish();
}

// Runs the tests of one file.
class Tests {
public:
    Tests(std::shared_ptr<const Detections> detections, std::string file)
        : detector_{std::move(detections)}, file_{std::move(file)} {
        for (const auto& rule : detector_.detections()->ruleset().rules()) {
            if (rule.enabled) known_.insert(rule.name);
        }
    }

    void run(const RuleTest& test) {
        ++count_;
        const auto before = failed_;
        if (const auto found = detected(test)) compare(test, *found);
        failed_tests_ += failed_ != before;
    }
    std::size_t count() const { return count_; }
    std::size_t failed() const { return failed_tests_; }

private:
    void fail(const RuleTest& test, std::string_view what) {
        ++failed_;
        fmt::print(stderr, "{}:{}: {}: {}\n", file_, test.line, test.name, what);
    }

    std::optional<std::set<std::string>> detected(const RuleTest& test) {
        EventReader reader{test.event, Framing::kAny};
        const auto item = reader.next();
        if (!item || item->kind != Item::Kind::kEvent) {
            fail(test, item && item->kind == Item::Kind::kRejected
                           ? fmt::format("the event is no audit event: {}", to_string(item->reason))
                           : "the event is no audit event");
            return std::nullopt;
        }
        detector_.detect(reader.event());
        std::set<std::string> out;
        for (const auto rule : detector_.rules()) {
            out.insert(detector_.detections()->ruleset().rules()[rule].name);
        }
        return out;
    }

    void compare(const RuleTest& test, const std::set<std::string>& found) {
        for (const auto& name : test.detects) {
            if (!known_.contains(name)) {
                fail(test, fmt::format("there is no rule \"{}\"", name));
            } else if (!found.contains(name)) {
                fail(test, fmt::format("\"{}\" did not fire", name));
            }
        }
        for (const auto& name : test.quiet) {
            if (!known_.contains(name)) fail(test, fmt::format("there is no rule \"{}\"", name));
            if (found.contains(name)) fail(test, fmt::format("\"{}\" fired", name));
        }
        if (!test.quiet_otherwise) return;
        const std::set<std::string> expected{test.detects.begin(), test.detects.end()};
        for (const auto& name : found) {
            if (!expected.contains(name)) fail(test, fmt::format("\"{}\" fired", name));
        }
    }

    EventDetector detector_;
    const std::string file_;
    std::set<std::string> known_;
    std::size_t count_ = 0;
    std::size_t failed_ = 0;
    std::size_t failed_tests_ = 0;
};

int test(const RulesOptions& options) {
    constexpr std::size_t kTestFileBytesMax = 16u << 20;
    SystemFileSystem files;
    const auto detections = load_asked(options, files, false);
    if (!detections) return kBadInput;
    std::size_t count = 0;
    std::size_t failed = 0;
    for (const auto& name : options.files) {
        auto text = read_file(files, name, kTestFileBytesMax);
        auto tests = text ? read_rule_tests(*std::move(text), name) : std::move(text).error();
        if (!tests) {
            fmt::print(stderr, "{}\n", tests.error().message);
            return kBadInput;
        }
        Tests run{detections, name};
        for (const auto& each : *tests) run.run(each);
        count += run.count();
        failed += run.failed();
    }
    Output output;
    output.write(fmt::format("{} tests, {} failed\n", count, failed));
    const auto written = output.finish();
    return failed != 0 ? kBadInput : written;
}

void add_rules_options(CLI::App& app, RulesOptions& options) {
    app.add_option("--config", options.config, "Configuration file")->type_name("FILE");
    app.add_option("--rules", options.rules,
                   "A rule file or directory, or builtin; instead of the configuration's. May be repeated")
        ->type_name("FILE|DIRECTORY|builtin");
}

}  // namespace

void add_rules(CLI::App& app, int& exit) {
    auto* rules = app.add_subcommand("rules", "Detection rules: list them, check files, test them");
    rules->require_subcommand(1);
    const auto options = std::make_shared<RulesOptions>();

    auto* show = rules->add_subcommand("list", "The rules in force: priority, name, reason, tags, place");
    add_rules_options(*show, *options);
    show->callback([options, &exit] { exit = list(*options); });

    auto* files = rules->add_subcommand("check", "Load rule files, in order; print every error and warning");
    files->add_option("FILE", options->files, "Rule files or directories, or builtin")->required();
    files->callback([options, &exit] { exit = check(*options); });

    auto* run = rules->add_subcommand("test", "Events with the detections that are expected of them");
    add_rules_options(*run, *options);
    run->add_option("FILE", options->files, "Test files")->required();
    run->callback([options, &exit] { exit = test(*options); });
}

}  // namespace auditfwd::cli
