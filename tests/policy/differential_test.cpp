// Random policies and requests: the compiled policy decides as the naive one does, and what is said to never match
// never does. AUDITFWD_ROUNDS lengthens it, AUDITFWD_SEED repeats one round.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <random>
#include <span>

#include "forwarder/policy/matcher.h"
#include "tests/policy/naive_policy.h"

namespace auditfwd {
namespace {

using Words = std::span<const std::string_view>;

constexpr std::array<std::string_view, 9> kUsers{"",
                                                 "alice",
                                                 "bob",
                                                 "system:kube-proxy",
                                                 "kubelet",
                                                 "a*",
                                                 "system:serviceaccount:a:x",
                                                 "system:serviceaccount:b:x",
                                                 "\u00fc"};
constexpr std::array<std::string_view, 5> kGroups{"", "dev", "system:nodes", "system:masters", "system:authenticated"};
constexpr std::array<std::string_view, 8> kVerbs{"get", "list", "watch", "create", "delete", "deletecollection",
                                                 "",    "post"};
constexpr std::array<std::string_view, 5> kNamespaces{"", "shop", "kube-system", "status", "pods"};
constexpr std::array<std::string_view, 5> kApiGroups{"", "apps", "batch", "x.io", "*"};
constexpr std::array<std::string_view, 6> kResources{"pods", "nodes", "namespaces", "", "jobs", "*"};
constexpr std::array<std::string_view, 6> kSubresources{"log", "status", "", "finalize", "*", "proxy"};
constexpr std::array<std::string_view, 5> kNames{"", "web", "a b", "status", "*"};
constexpr std::array<std::string_view, 10> kPatterns{"*",        "*/*",   "pods/*", "*/status", "pods*",
                                                     "pods/log", "a/b/c", "*/",     "/log",     ""};
constexpr std::array<std::string_view, 10> kUrls{"/healthz", "/healthz*", "/*",    "*",        "/api",
                                                 "/apis*",   "/a",        "/a/b*", "/version", "/healthz/etcd"};
constexpr std::array<std::string_view, 9> kPaths{"/healthz",   "/healthz/etcd", "/",        "*",  "/api",
                                                 "/apis/apps", "/a/b/c",        "/version", "/ab"};

class Dice {
public:
    explicit Dice(std::uint64_t seed) : engine_{seed} {}

    std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>{0, n - 1}(engine_); }
    bool one_in(std::size_t n) { return below(n) == 0; }
    std::string word(Words words) { return std::string{words[below(words.size())]}; }
    std::vector<std::string> some(Words words, std::size_t most) {
        std::vector<std::string> out;
        for (auto left = below(most) + 1; left > 0; --left) out.push_back(word(words));
        return out;
    }

private:
    std::mt19937_64 engine_;
};

GroupResources random_entry(Dice& dice) {
    GroupResources out;
    out.group = dice.word(kApiGroups);
    if (dice.one_in(4)) return out;
    for (auto left = dice.below(3) + 1; left > 0; --left) {
        out.resources.push_back(dice.one_in(2) ? dice.word(kPatterns) : dice.word(kResources));
    }
    if (dice.one_in(3)) out.resource_names = dice.some(kNames, 2);
    return out;
}

Rule random_rule(Dice& dice) {
    Rule rule;
    if (dice.one_in(3)) rule.users = dice.some(kUsers, 3);
    if (dice.one_in(4)) rule.user_groups = dice.some(kGroups, 2);
    if (dice.one_in(3)) rule.verbs = dice.some(kVerbs, 3);
    if (dice.one_in(4)) {
        rule.non_resource_urls = dice.some(kUrls, 3);
    } else {
        if (dice.one_in(3)) rule.namespaces = dice.some(kNamespaces, 2);
        if (!dice.one_in(3)) {
            for (auto left = dice.below(4) + 1; left > 0; --left) rule.resources.push_back(random_entry(dice));
        }
    }
    return rule;
}

std::string random_uri(Dice& dice) {
    if (dice.one_in(4)) return dice.word(kPaths);
    auto uri = dice.one_in(2) ? std::string{"/api/v1"} : "/apis/" + dice.word(std::span{kApiGroups}.subspan(1)) + "/v1";
    if (dice.one_in(10)) uri += dice.one_in(2) ? "/watch" : "/proxy";
    if (dice.one_in(2)) uri += "/namespaces/" + dice.word(kNamespaces);
    uri += "/" + dice.word(kResources);
    if (dice.one_in(2)) uri += "/" + dice.word(kNames);
    if (dice.one_in(3)) uri += "/" + dice.word(kSubresources);
    if (dice.one_in(4)) uri += "?fieldSelector=metadata.name%3Dweb";
    return uri;
}

struct RandomRequest {
    explicit RandomRequest(Dice& dice)
        : uri{random_uri(dice)}, verb{dice.word(kVerbs)}, user{dice.word(kUsers)}, groups{dice.some(kGroups, 3)} {
        for (const auto& group : groups) group_views.emplace_back(group);
        has_user = !dice.one_in(6);
    }
    RequestFacts facts() const {
        return {.request_uri = uri, .verb = verb, .user_name = user, .groups = group_views, .has_user = has_user};
    }

    std::string uri, verb, user;
    std::vector<std::string> groups;
    std::vector<std::string_view> group_views;
    bool has_user;
};

void run_round(std::uint64_t seed) {
    Dice dice{seed};
    RuleSet set;
    for (auto left = dice.one_in(8) ? 100 + dice.below(150) : dice.below(12) + 1; left > 0; --left)
        set.rules.push_back(random_rule(dice));
    const auto matcher = Matcher::compile(set);
    ASSERT_TRUE(matcher);
    const auto covered = matcher->covered_by(set);
    for (int i = 0; i < 300; ++i) {
        const RandomRequest request{dice};
        ScratchText scratch;
        const auto attributes = parse_request_uri(request.uri, scratch);
        if (!attributes) continue;
        const auto expected = naive_match(set, request.facts());
        ASSERT_EQ(matcher->match(request.facts(), *attributes), expected)
            << "AUDITFWD_SEED=" << seed << ": " << request.verb << " " << request.uri << " by " << request.user;
        if (expected) {
            ASSERT_FALSE(covered[*expected])
                << "AUDITFWD_SEED=" << seed << ": rule " << *expected << " matches " << request.uri;
        }
    }
}

TEST(CompiledPolicy, Decides_as_the_naive_one_on_random_policies_and_requests) {
    if (const char* seed = std::getenv("AUDITFWD_SEED")) return run_round(std::strtoull(seed, nullptr, 10));
    const char* rounds = std::getenv("AUDITFWD_ROUNDS");
    const auto last = rounds ? std::strtoull(rounds, nullptr, 10) : 200;
    for (std::uint64_t seed = 1; seed <= last && !testing::Test::HasFatalFailure(); ++seed) run_round(seed);
}

}  // namespace
}  // namespace auditfwd
