#include "tests/fuzz/policy/targets.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "forwarder/base/assert.h"
#include "forwarder/policy/diagnostics.h"
#include "forwarder/policy/label_selector.h"
#include "forwarder/policy/loader.h"
#include "forwarder/policy/matcher.h"
#include "forwarder/policy/request_attributes.h"
#include "forwarder/policy/selectors.h"
#include "tests/policy/naive_policy.h"

namespace auditfwd {

namespace {

constexpr std::string_view kRequests[][2] = {
    {"get", "/api/v1/namespaces/shop/pods/web"},
    {"list", "/api/v1/pods?fieldSelector=metadata.name%3Dweb"},
    {"create", "/apis/apps/v1/deployments"},
    {"get", "/healthz"},
    {"", "/api/v1//x/status"},
    {"watch", "/api/v1/watch/namespaces/kube-system/secrets"},
};

std::string_view text_of(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

void compare_decisions(const RuleSet& set) {
    const auto matcher = Matcher::compile(set);
    if (!matcher) return;
    const auto covered = matcher->covered_by(set);
    const std::vector<std::string_view> groups{"system:nodes", "dev"};
    for (const auto& [verb, uri] : kRequests) {
        const RequestFacts facts{
            .request_uri = uri, .verb = verb, .user_name = "alice", .groups = groups, .has_user = verb != "create"};
        ScratchText scratch;
        const auto expected = naive_match(set, facts);
        CHECK(matcher->match(facts, *parse_request_uri(uri, scratch)) == expected);
        CHECK(!expected || !covered[*expected]);
    }
}

// The policy with one rule that this request, and few others, match.
RuleSet one_rule(const RequestAttributes& request, std::string_view name) {
    Rule rule;
    rule.level = Level::kMetadata;
    if (request.is_resource) {
        rule.namespaces = {std::string{request.in_namespace}};
        auto resource = std::string{request.resource};
        if (!request.subresource.empty()) resource += "/" + std::string{request.subresource};
        rule.resources = {{std::string{request.group}, {resource}, {std::string{name}}}};
    } else {
        rule.non_resource_urls = {std::string{request.path}};
    }
    RuleSet set;
    set.rules = {std::move(rule)};
    return set;
}

}  // namespace

void try_policy_file(const std::uint8_t* data, std::size_t size) {
    Diagnostics lenient{"lenient"};
    const auto set = load_rules(text_of(data, size), true, lenient);
    Diagnostics strict{"strict"};
    const auto same = load_rules(text_of(data, size), false, strict);
    CHECK(strict.failed() || !lenient.failed());
    CHECK(strict.failed() || same.rules.size() == set.rules.size());
    CHECK(lenient.failed() || strict.failed() == !strict.errors().empty());
    if (!lenient.failed()) compare_decisions(set);
}

void try_request(const std::uint8_t* data, std::size_t size) {
    const auto text = text_of(data, size);
    const auto newline = std::min(text.find('\n'), text.size());
    const auto verb = text.substr(0, newline);
    const auto uri = text.substr(std::min(newline + 1, text.size()));
    is_label_selector(uri);
    ScratchText scratch;
    ScratchText name_scratch;
    const auto request = parse_request_uri(uri, scratch);
    if (!request) return;
    const auto chosen = selector_name(request->query, name_scratch);
    CHECK(chosen.find('/') == chosen.npos && chosen.find('%') == chosen.npos);
    CHECK(chosen.size() <= uri.size());
    auto name = request->name;
    if (name_may_be_selected(*request, verb)) name = chosen;
    if (!request->is_resource) {
        CHECK(request->resource.empty() && request->in_namespace.empty() && name.empty());
        if (request->path.ends_with('*')) return;  // that would be a pattern
    }
    const auto set = one_rule(*request, name);
    const RequestFacts facts{.request_uri = uri, .verb = verb, .user_name = "", .groups = {}};
    const auto matcher = Matcher::compile(set);
    CHECK(matcher && matcher->match(facts, *request) == naive_match(set, facts));
}

}  // namespace auditfwd
