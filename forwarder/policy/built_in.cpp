#include "forwarder/policy/built_in.h"

namespace auditfwd {

namespace {

constexpr std::string_view kMetadata = R"(apiVersion: audit.k8s.io/v1
kind: Policy
rules:
- level: Metadata
)";

constexpr std::string_view kAll = R"(apiVersion: audit.k8s.io/v1
kind: Policy
rules:
- level: RequestResponse
)";

// What Amazon EKS lets its control planes log. Reads never carry a response, and the bodies of secrets, config maps and
// token reviews never leave; the one exception is aws-auth, which says who may enter the cluster.
constexpr std::string_view kEks = R"(apiVersion: audit.k8s.io/v1
kind: Policy
rules:
# 1: changes of who may enter the cluster
- level: RequestResponse
  namespaces: [kube-system]
  verbs: [update, patch, delete]
  resources: [{group: "", resources: [configmaps], resourceNames: [aws-auth]}]
  omitStages: [RequestReceived]
# 2 to 9: the noise that a cluster makes by itself
- level: None
  users: [system:kube-proxy]
  verbs: [watch]
  resources: [{group: "", resources: [endpoints, services, services/status]}]
- level: None
  users: [kubelet]
  verbs: [get]
  resources: [{group: "", resources: [nodes, nodes/status]}]
- level: None
  userGroups: [system:nodes]
  verbs: [get]
  resources: [{group: "", resources: [nodes, nodes/status]}]
- level: None
  users:
  - system:kube-controller-manager
  - system:kube-scheduler
  - system:serviceaccount:kube-system:endpoint-controller
  verbs: [get, update]
  namespaces: [kube-system]
  resources: [{group: "", resources: [endpoints]}]
- level: None
  users: [system:apiserver]
  verbs: [get]
  resources: [{group: "", resources: [namespaces, namespaces/status, namespaces/finalize]}]
- level: None
  users: [system:kube-controller-manager]
  verbs: [get, list]
  resources: [{group: metrics.k8s.io}]
- level: None
  nonResourceURLs: ["/healthz*", /version, "/swagger*"]
- level: None
  resources: [{group: "", resources: [events]}]
# 10, 11: status reports of nodes
- level: Request
  users: [kubelet, system:node-problem-detector, system:serviceaccount:kube-system:node-problem-detector]
  verbs: [update, patch]
  resources: [{group: "", resources: [nodes/status, pods/status]}]
  omitStages: [RequestReceived]
- level: Request
  userGroups: [system:nodes]
  verbs: [update, patch]
  resources: [{group: "", resources: [nodes/status, pods/status]}]
  omitStages: [RequestReceived]
# 12: the end of a namespace
- level: Request
  users: [system:serviceaccount:kube-system:namespace-controller]
  verbs: [deletecollection]
  omitStages: [RequestReceived]
# 13: never the bodies of what holds secrets
- level: Metadata
  resources:
  - {group: "", resources: [secrets, configmaps]}
  - {group: authentication.k8s.io, resources: [tokenreviews]}
  omitStages: [RequestReceived]
- level: Request
  resources: [{group: "", resources: [serviceaccounts/token]}]
# 15: reads, 16: writes of the groups that Kubernetes itself has
- level: Request
  verbs: [get, list, watch]
  resources: &groups
  - group: ""
  - group: admissionregistration.k8s.io
  - group: apiextensions.k8s.io
  - group: apiregistration.k8s.io
  - group: apps
  - group: authentication.k8s.io
  - group: authorization.k8s.io
  - group: autoscaling
  - group: batch
  - group: certificates.k8s.io
  - group: extensions
  - group: metrics.k8s.io
  - group: networking.k8s.io
  - group: policy
  - group: rbac.authorization.k8s.io
  - group: scheduling.k8s.io
  - group: settings.k8s.io
  - group: storage.k8s.io
  omitStages: [RequestReceived]
- level: RequestResponse
  resources: *groups
  omitStages: [RequestReceived]
# 17: everything else
- level: Metadata
  omitStages: [RequestReceived]
)";

}  // namespace

std::optional<std::string_view> built_in_text(std::string_view name) {
    if (name == "eks") return kEks;
    if (name == "metadata") return kMetadata;
    if (name == "all") return kAll;
    return std::nullopt;
}

}  // namespace auditfwd
