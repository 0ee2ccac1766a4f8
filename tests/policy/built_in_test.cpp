#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "forwarder/policy/built_in.h"
#include "forwarder/policy/policy.h"

namespace auditfwd {
namespace {

TEST(BuiltIn, Policies_load_without_a_warning) {
    for (const std::string_view name : {"eks", "metadata", "all"}) {
        const auto loaded = Policy::load(*built_in_text(name), name, {});
        ASSERT_TRUE(loaded) << name;
        EXPECT_THAT(loaded->warnings, testing::IsEmpty()) << name;
        EXPECT_NE(Policy::built_in(name), nullptr) << name;
    }
    EXPECT_EQ(Policy::built_in("other"), nullptr);
    EXPECT_EQ(Policy::built_in("eks")->rules(), 17u);
}

TEST(BuiltIn, All_and_metadata_keep_every_stage_of_everything) {
    for (const auto stage : {Stage::kRequestReceived, Stage::kPanic}) {
        const RequestFacts facts{
            .stage = stage, .request_uri = "/healthz", .verb = "get", .user_name = "", .groups = {}};
        EXPECT_EQ(Policy::built_in("all")->decide(facts).level, Level::kRequestResponse);
        EXPECT_EQ(Policy::built_in("metadata")->decide(facts).level, Level::kMetadata);
        EXPECT_FALSE(Policy::built_in("metadata")->decide(facts).drop);
    }
}

struct EksCase {
    std::uint32_t rule;
    std::string_view user;
    std::string_view verb;
    std::string_view uri;
    std::string_view group = "system:authenticated";
};

constexpr std::string_view kKubeSystem = "system:serviceaccount:kube-system:";

TEST(BuiltIn, Eks_decides_as_the_guide_says) {
    const auto policy = Policy::built_in("eks");
    const std::vector<EksCase> cases{
        {1, "alice", "update", "/api/v1/namespaces/kube-system/configmaps/aws-auth"},
        {1, "alice", "delete", "/api/v1/namespaces/kube-system/configmaps/aws-auth"},
        {13, "alice", "create", "/api/v1/namespaces/kube-system/configmaps"},
        {13, "alice", "get", "/api/v1/namespaces/kube-system/configmaps/aws-auth"},
        {13, "alice", "update", "/api/v1/namespaces/shop/configmaps/aws-auth"},
        {2, "system:kube-proxy", "watch", "/api/v1/services?watch=true"},
        {15, "system:kube-proxy", "list", "/api/v1/services"},
        {17, "system:kube-proxy", "watch", "/apis/discovery.k8s.io/v1/endpointslices?watch=true"},
        {3, "kubelet", "get", "/api/v1/nodes/n1"},
        {4, "system:node:n1", "get", "/api/v1/nodes/n1/status", "system:nodes"},
        {15, "system:node:n1", "get", "/api/v1/namespaces/shop/pods/web", "system:nodes"},
        {5, "system:kube-scheduler", "update", "/api/v1/namespaces/kube-system/endpoints/kube-scheduler"},
        {16, "system:kube-scheduler", "update", "/api/v1/namespaces/shop/endpoints/web"},
        {6, "system:apiserver", "get", "/api/v1/namespaces/default"},
        {7, "system:kube-controller-manager", "list", "/apis/metrics.k8s.io/v1beta1/pods"},
        {15, "alice", "list", "/apis/metrics.k8s.io/v1beta1/pods"},
        {8, "alice", "get", "/healthz"},
        {8, "alice", "get", "/healthz/etcd"},
        {8, "alice", "get", "/version"},
        {8, "alice", "get", "/swagger.json"},
        {17, "alice", "get", "/version/"},
        {17, "alice", "get", "/livez"},
        {9, "alice", "create", "/api/v1/namespaces/shop/events"},
        {17, "alice", "create", "/apis/events.k8s.io/v1/namespaces/shop/events"},
        {11, "system:node:n1", "patch", "/api/v1/nodes/n1/status", "system:nodes"},
        {10, "system:node-problem-detector", "update", "/api/v1/nodes/n1/status"},
        {16, "alice", "patch", "/api/v1/nodes/n1/status"},
        {13, "alice", "list", "/api/v1/secrets"},
        {13, "kube-apiserver", "create", "/apis/authentication.k8s.io/v1/tokenreviews"},
        {14, "alice", "create", "/api/v1/namespaces/shop/serviceaccounts/web/token"},
        {15, "alice", "get", "/api/v1/namespaces/shop/pods/web/exec?command=sh"},
        {16, "alice", "create", "/api/v1/namespaces/shop/pods/web/exec?command=sh"},
        {16, "alice", "create", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings"},
        {17, "alice", "create", "/apis/argoproj.io/v1alpha1/namespaces/shop/applications"},
        {17, "alice", "update", "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/n1"},
    };
    const std::vector<Level> levels{Level::kRequestResponse,
                                    Level::kNone,
                                    Level::kNone,
                                    Level::kNone,
                                    Level::kNone,
                                    Level::kNone,
                                    Level::kNone,
                                    Level::kNone,
                                    Level::kNone,
                                    Level::kRequest,
                                    Level::kRequest,
                                    Level::kRequest,
                                    Level::kMetadata,
                                    Level::kRequest,
                                    Level::kRequest,
                                    Level::kRequestResponse,
                                    Level::kMetadata};
    for (const auto& c : cases) {
        const std::vector<std::string_view> groups{c.group};
        const auto decision = policy->decide(
            {.request_uri = c.uri, .verb = c.verb, .user_name = c.user, .groups = groups, .has_user = true});
        EXPECT_EQ(decision.rule, c.rule) << c.user << " " << c.verb << " " << c.uri;
        EXPECT_EQ(decision.level, levels.at(c.rule - 1)) << c.uri;
    }
}

TEST(BuiltIn, Eks_knows_the_controllers_of_kube_system) {
    const auto policy = Policy::built_in("eks");
    const auto rule = [&](std::string_view account, std::string_view verb, std::string_view uri) {
        const auto user = std::string{kKubeSystem} + std::string{account};
        return policy->decide({.request_uri = uri, .verb = verb, .user_name = user, .groups = {}, .has_user = true})
            .rule;
    };
    EXPECT_EQ(rule("endpoint-controller", "get", "/api/v1/namespaces/kube-system/endpoints/x"), 5u);
    EXPECT_EQ(rule("node-problem-detector", "patch", "/api/v1/nodes/n1/status"), 10u);
    EXPECT_EQ(rule("namespace-controller", "deletecollection", "/apis/apps/v1/namespaces/shop/deployments"), 12u);
    EXPECT_EQ(rule("namespace-controller", "deletecollection", "/api/v1/namespaces/shop/secrets"), 12u);
}

TEST(BuiltIn, Eks_omits_RequestReceived_but_for_service_account_tokens) {
    const auto policy = Policy::built_in("eks");
    const auto drops = [&](std::string_view uri) {
        return policy
            ->decide({.stage = Stage::kRequestReceived,
                      .request_uri = uri,
                      .verb = "create",
                      .user_name = "alice",
                      .groups = {},
                      .has_user = true})
            .drop;
    };
    EXPECT_TRUE(drops("/api/v1/namespaces/shop/pods"));
    EXPECT_TRUE(drops("/api/v1/namespaces/shop/secrets"));
    EXPECT_TRUE(drops("/livez"));
    EXPECT_FALSE(drops("/api/v1/namespaces/shop/serviceaccounts/web/token"));
}

}  // namespace
}  // namespace auditfwd
