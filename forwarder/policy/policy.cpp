#include "forwarder/policy/policy.h"

#include <utility>

#include "forwarder/base/assert.h"
#include "forwarder/policy/advice.h"
#include "forwarder/policy/built_in.h"
#include "forwarder/policy/diagnostics.h"
#include "forwarder/policy/highest_level.h"
#include "forwarder/policy/loader.h"
#include "forwarder/policy/matcher.h"

namespace auditfwd {

struct Policy::Impl {
    struct Outcome {
        Level level = Level::kNone;
        StageSet omit_stages;
        bool omit_managed_fields = false;
        std::size_t line = 0;
    };

    Matcher matcher;
    Outcome none_matched;
    std::vector<Outcome> outcomes;  // by rule
    RuleSet set;                    // what they were made of
};

namespace {

std::string joined(const std::vector<std::string>& lines) {
    std::string out;
    for (const auto& line : lines) {
        if (!out.empty()) out += '\n';
        out += line;
    }
    return out;
}

}  // namespace

Policy::Policy(std::unique_ptr<const Impl> impl) : impl_{std::move(impl)} {}
Policy::~Policy() = default;

Result<Policy::Loaded> Policy::load(std::string_view text, std::string_view name, LoadOptions options) {
    Diagnostics diagnostics{name};
    const auto set = load_rules(text, options.lenient, diagnostics);
    if (diagnostics.failed()) return Error{ErrorCode::kInvalid, joined(diagnostics.errors())};
    auto matcher = Matcher::compile(set);
    if (!matcher) {
        diagnostics.error(1, "rules", matcher.error().message);
        return Error{ErrorCode::kInvalid, joined(diagnostics.errors())};
    }
    advise(set, *matcher, diagnostics);

    const Impl::Outcome none_matched{Level::kNone, set.omit_stages, set.omit_managed_fields, 0};
    std::vector<Impl::Outcome> outcomes;
    for (const auto& rule : set.rules) {
        auto stages = set.omit_stages;
        stages.insert(rule.omit_stages);
        outcomes.push_back({rule.level, stages, rule.omit_managed_fields.value_or(set.omit_managed_fields), rule.line});
    }
    auto impl = std::make_unique<const Impl>(Impl{*std::move(matcher), none_matched, std::move(outcomes), set});
    std::shared_ptr<const Policy> policy{new Policy{std::move(impl)}};
    return Loaded{std::move(policy), diagnostics.warnings()};
}

std::shared_ptr<const Policy> Policy::built_in(std::string_view name) {
    const auto text = built_in_text(name);
    if (!text) return nullptr;
    auto loaded = load(*text, name, {});
    CHECK(loaded);
    return std::move(*loaded).policy;
}

Decision Policy::decide(const RequestFacts& facts) const {
    ScratchText scratch;
    const auto request = parse_request_uri(facts.request_uri, scratch);
    if (!request) return unreadable();
    const auto rule = impl_->matcher.match(facts, *request);
    const auto& outcome = rule ? impl_->outcomes[*rule] : impl_->none_matched;
    return {.level = outcome.level,
            .drop = outcome.level == Level::kNone || outcome.omit_stages.contains(facts.stage),
            .rule = rule ? static_cast<std::uint32_t>(*rule) + 1 : 0,
            .omit_managed_fields = outcome.omit_managed_fields,
            .unreadable = false};
}

Level Policy::highest_level(std::string_view resource) const { return auditfwd::highest_level(impl_->set, resource); }

Decision Policy::unreadable() { return {.level = Level::kMetadata, .drop = false, .rule = 0, .unreadable = true}; }

std::size_t Policy::line(std::uint32_t rule) const {
    return rule == 0 || rule > impl_->outcomes.size() ? 0 : impl_->outcomes[rule - 1].line;
}

std::size_t Policy::rules() const { return impl_->outcomes.size(); }

}  // namespace auditfwd
