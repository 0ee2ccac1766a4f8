#include "forwarder/detection/ruleset.h"

#include <fmt/format.h>

#include <deque>
#include <utility>

#include "forwarder/detection/because.h"
#include "forwarder/detection/plan.h"
#include "forwarder/detection/rule_compiler.h"
#include "forwarder/detection/ruleset_impl.h"
#include "forwarder/detection/target_resources.h"

namespace auditfwd {

namespace {

using namespace detection;

std::string joined(const std::vector<std::string>& lines) {
    std::string out;
    for (const auto& line : lines) {
        if (!out.empty()) out += '\n';
        out += line;
    }
    return out;
}

DetectionRule rule_of(const RuleItem& item, const Diagnostics& diagnostics) {
    return {.name = item.name,
            .description = item.description,
            .output = item.output.text(),
            .priority = item.priority,
            .tags = {item.tags.begin(), item.tags.end()},
            .file = diagnostics.file(item.place.file),
            .line = item.place.line,
            .enabled = item.enabled};
}

// Empty, with an error, when it cannot be read.
OutputTemplate output_of(const RuleItem& item, FieldTable& fields, Diagnostics& diagnostics) {
    CheckProblem problem;
    auto output = OutputTemplate::parse(item.output.text(), item.falco_compat, fields, problem);
    if (output) return std::move(*output);
    diagnostics.error(item.output.place(problem.offset), fmt::format("rule {}", quoted(item.name)),
                      "output: " + problem.text);
    return {};
}

}  // namespace

Ruleset::Ruleset(std::unique_ptr<const Impl> impl) : impl_{std::move(impl)} {}
Ruleset::~Ruleset() = default;

Result<LoadedRules> Ruleset::load(std::vector<RuleFile> files, std::unique_ptr<FieldTable> fields) {
    Diagnostics diagnostics;
    std::deque<YamlFile> trees;
    Items items;
    for (auto& file : files) {
        const auto index = diagnostics.add_file(file.name);
        auto& tree = trees.emplace_back();
        if (read_yaml(std::move(file.text), index, tree, diagnostics)) {
            read_items(tree, file.falco_compat, items, diagnostics);
        }
    }
    RuleCompiler compiler{items, *fields, diagnostics};
    const auto formulas = compiler.compile();
    auto impl = std::make_unique<Impl>();
    std::vector<NodeId> roots;
    for (std::size_t i = 0; i < formulas.size(); ++i) {
        if (!formulas[i]) continue;
        const auto number = static_cast<std::uint32_t>(impl->rules.size());
        impl->rules.push_back(rule_of(items.rules[i], diagnostics));
        impl->formulas.push_back(*formulas[i]);
        impl->outputs.push_back(output_of(items.rules[i], *fields, diagnostics));
        if (!items.rules[i].enabled || *formulas[i] == kNever) continue;
        impl->rule_of_root.push_back(number);
        roots.push_back(*formulas[i]);
    }
    if (diagnostics.failed()) return Error{ErrorCode::kInvalid, joined(diagnostics.errors())};
    impl->plan.emplace(compiler.take(), *fields, std::move(roots));
    impl->fields = std::move(fields);
    return LoadedRules{std::shared_ptr<const Ruleset>{new Ruleset{std::move(impl)}}, diagnostics.warnings()};
}

const std::vector<DetectionRule>& Ruleset::rules() const { return impl_->rules; }

void Ruleset::render_output(std::uint32_t rule, FieldSource& event, std::string& out) const {
    TransformedValues scratch;
    impl_->outputs[rule].render(event, out, scratch);
}

std::vector<FieldId> Ruleset::output_fields(std::uint32_t rule) const { return impl_->outputs[rule].fields(); }

std::vector<std::vector<std::string>> Ruleset::target_resources() const {
    const auto found = detection::target_resources(impl_->plan->formulas(), *impl_->fields);
    std::vector<std::vector<std::string>> out(impl_->rules.size());
    for (std::size_t i = 0; i < out.size(); ++i) {
        if (const auto& some = found[index_of(impl_->formulas[i])]) out[i].assign(some->begin(), some->end());
    }
    return out;
}

const FieldTable& Ruleset::fields() const { return *impl_->fields; }

std::vector<std::string> Ruleset::because(std::uint32_t rule, FieldSource& event) const {
    return detection::because(*impl_->plan, impl_->formulas[rule], event);
}

}  // namespace auditfwd
