// What a decision costs, requestURI parsing included: ns per event.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "forwarder/policy/policy.h"
#include "forwarder/policy/request_attributes.h"

namespace auditfwd {
namespace {

struct Request {
    std::string_view verb;
    std::string_view uri;
    std::string_view user;
    std::vector<std::string_view> groups;
};

// What most of a cluster's audit events are about.
const std::vector<Request>& typical_requests() {
    static const std::vector<std::string_view> kNode{"system:nodes", "system:authenticated"};
    static const std::vector<std::string_view> kAccount{"system:serviceaccounts", "system:serviceaccounts:kube-system",
                                                        "system:authenticated"};
    static const std::vector<Request> kRequests{
        {"update",
         "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/ip-10-0-1-17.ec2.internal?timeout=10s",
         "system:node:ip-10-0-1-17.ec2.internal", kNode},
        {"watch",
         "/api/v1/namespaces/shop/configmaps?allowWatchBookmarks=true&fieldSelector=metadata.name%3Dkube-root-ca.crt"
         "&resourceVersion=918273&timeout=7m12s&timeoutSeconds=432&watch=true",
         "system:node:ip-10-0-1-17.ec2.internal", kNode},
        {"get", "/api/v1/namespaces/shop/pods/web-6d4cf56db6-x2n9k",
         "system:serviceaccount:kube-system:replicaset-controller", kAccount},
        {"patch", "/api/v1/namespaces/shop/pods/web-6d4cf56db6-x2n9k/status", "system:node:ip-10-0-1-17.ec2.internal",
         kNode},
        {"list", "/apis/apps/v1/deployments?limit=500&resourceVersion=0",
         "system:serviceaccount:kube-system:generic-garbage-collector", kAccount},
        {"get", "/livez?verbose", "system:anonymous", {"system:unauthenticated"}},
        {"create", "/apis/authentication.k8s.io/v1/tokenreviews", "system:serviceaccount:monitoring:prometheus",
         kAccount},
        {"update",
         "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kube-scheduler?timeout=5s",
         "system:kube-scheduler",
         {"system:authenticated"}},
    };
    return kRequests;
}

void decide_all(benchmark::State& state, const Policy& policy) {
    const auto& requests = typical_requests();
    std::size_t i = 0;
    for (auto _ : state) {
        const auto& request = requests[i++ % requests.size()];
        benchmark::DoNotOptimize(policy.decide({.request_uri = request.uri,
                                                .verb = request.verb,
                                                .user_name = request.user,
                                                .groups = request.groups,
                                                .has_user = true}));
    }
}

void decide_eks(benchmark::State& state) { decide_all(state, *Policy::built_in("eks")); }
BENCHMARK(decide_eks);

// Rules that all look at user, verb, namespace, resource and name; the last keeps the rest.
void decide_rules(benchmark::State& state) {
    std::string text = "apiVersion: audit.k8s.io/v1\nrules:\n";
    for (int i = 1; i < state.range(0); ++i) {
        text += fmt::format(
            "- level: None\n  users: [user-{0}, system:node:n{0}]\n  userGroups: [team-{0}]\n  verbs: [get, list, "
            "v{0}]\n"
            "  namespaces: [shop, ns-{0}]\n  resources: [{{group: '', resources: [pods, r{0}], resourceNames: "
            "[x{0}]}}]\n",
            i);
    }
    text += "- level: Metadata\n";
    decide_all(state, *Policy::load(text, "bench", {}).value().policy);
}
BENCHMARK(decide_rules)->Arg(1)->Arg(30)->Arg(300)->Arg(3000);

void parse_uri(benchmark::State& state) {
    const auto& requests = typical_requests();
    std::size_t i = 0;
    for (auto _ : state) {
        ScratchText scratch;
        benchmark::DoNotOptimize(parse_request_uri(requests[i++ % requests.size()].uri, scratch));
    }
}
BENCHMARK(parse_uri);

// The yardstick: a copy of a Metadata event of ordinary size, in the same run.
void copy_1200_bytes(benchmark::State& state) {
    const std::string from(1200, 'x');
    std::string to(1200, ' ');
    for (auto _ : state) {
        from.copy(to.data(), to.size());
        benchmark::DoNotOptimize(to.data());
        benchmark::ClobberMemory();
    }
}
BENCHMARK(copy_1200_bytes);

}  // namespace
}  // namespace auditfwd
