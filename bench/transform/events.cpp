#include "bench/transform/events.h"

#include <array>
#include <string_view>

namespace auditfwd::bench {

namespace {

struct Request {
    std::string_view verb, group, resource, user, groups, agent;
};

constexpr std::string_view kNodes = R"("system:nodes","system:authenticated")";
constexpr std::string_view kAccounts =
    R"("system:serviceaccounts","system:serviceaccounts:kube-system","system:authenticated")";
constexpr std::string_view kMasters = R"("system:masters","system:authenticated")";

constexpr std::array<Request, 10> kRequests = {{
    {"update", "coordination.k8s.io", "leases", "system:node:ip-10-1-%N.eu-central-1.compute.internal", kNodes,
     "kubelet/v1.33.4 (linux/amd64) kubernetes/74cdb42"},
    {"get", "", "nodes", "system:node:ip-10-1-%N.eu-central-1.compute.internal", kNodes,
     "kubelet/v1.33.4 (linux/amd64) kubernetes/74cdb42"},
    {"list", "", "pods", "system:serviceaccount:monitoring:prometheus-k8s", kAccounts, "Prometheus/2.53.1"},
    {"watch", "apps", "deployments", "system:serviceaccount:kube-system:deployment-controller", kAccounts,
     "kube-controller-manager/v1.33.4 (linux/amd64) "
     "kubernetes/74cdb42/system:serviceaccount:kube-system:deployment-controller"},
    {"create", "authorization.k8s.io", "subjectaccessreviews", "system:serviceaccount:kube-system:metrics-server",
     kAccounts, "metrics-server/v0.7.1 (linux/amd64) kubernetes/$Format"},
    {"get", "", "configmaps", "system:serviceaccount:argocd:argocd-application-controller", kAccounts,
     "argocd-application-controller/v2.12.3 (linux/amd64) kubernetes/$Format"},
    {"patch", "", "pods", "system:serviceaccount:kube-system:replicaset-controller", kAccounts,
     "kube-controller-manager/v1.33.4 (linux/amd64) "
     "kubernetes/74cdb42/system:serviceaccount:kube-system:replicaset-controller"},
    {"create", "", "pods", "alice@example.com", kMasters, "kubectl/v1.33.1 (darwin/arm64) kubernetes/8adc0f0"},
    {"update", "apps", "deployments", "bob@example.com", kMasters, "kubectl/v1.32.0 (linux/amd64) kubernetes/70d3cc9"},
    {"list", "", "secrets", "system:serviceaccount:cert-manager:cert-manager", kAccounts,
     "cert-manager-controller/v1.15.1 (linux/amd64) cert-manager/0e8e2c1"},
}};

void append_all(std::string& out, std::initializer_list<std::string_view> parts) {
    for (const auto part : parts) out += part;
}

}  // namespace

std::string Events::hex(std::size_t digits) {
    std::string out;
    while (digits-- > 0) out += "0123456789abcdef"[below(16)];
    return out;
}

std::string Events::time() {
    auto out = std::string{"2026-11-23T1"} + static_cast<char>('0' + below(10)) + ':' +
               static_cast<char>('0' + below(6)) + static_cast<char>('0' + below(10)) + ":07.";
    for (int i = 0; i < 6; ++i) out += static_cast<char>('0' + below(10));
    return out + 'Z';
}

std::string Events::pod(const std::string& name) {
    std::string out =
        R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":")" + name + R"(","namespace":"team-a","uid":")" +
        hex(36) + R"(","creationTimestamp":null,"labels":{"app":"web","pod-template-hash":")" + hex(9) +
        R"("},"managedFields":[{"manager":"kube-controller-manager","operation":"Update","apiVersion":"v1","time":")" +
        time() + R"(","fieldsType":"FieldsV1","fieldsV1":{)";
    for (std::size_t i = 0; i < 12; ++i)
        append_all(out, {i == 0 ? "" : ",", R"("k:{\"containerPort\":80)", std::to_string(i),
                         R"(,\"protocol\":\"TCP\"}":{".":{},"f:containerPort":{},"f:protocol":{}})"});
    out +=
        R"(}}]},"spec":{"volumes":[{"name":"token","projected":{"sources":[{"serviceAccountToken":{"expirationSeconds":3607,"path":"token"}}],"defaultMode":420}}],"containers":[)";
    for (std::size_t i = 0; i < 3; ++i)
        append_all(
            out,
            {i == 0 ? "" : ",", R"({"name":"c)", std::to_string(i),
             R"(","image":"registry.example.com/team-a/web@sha256:)", hex(64),
             R"(","command":["/bin/sh","-c","exec web --listen=:8080 --log='{\"level\":\"info\"}'"],"env":[{"name":"DB","value":"postgres://web:)",
             hex(16),
             R"(@db/web"}],"resources":{"limits":{"cpu":"500m","memory":"256Mi"}},"terminationMessagePath":"/dev/termination-log","imagePullPolicy":"IfNotPresent"})"});
    return out +
           R"(],"restartPolicy":"Always","dnsPolicy":"ClusterFirst","schedulerName":"default-scheduler"},"status":{"phase":"Pending","qosClass":"Burstable"}})";
}

void Events::append_event(std::string& out, Mix mix) {
    const auto& request = kRequests[below(kRequests.size())];
    const bool bodies = mix == Mix::kBodies && below(100) < 28;
    const auto name = "web-" + hex(9) + '-' + hex(5);
    std::string user{request.user};
    if (const auto at = user.find("%N"); at != user.npos) user.replace(at, 2, std::to_string(below(200)));
    const std::string path = (request.group.empty() ? "/api/v1" : "/apis/" + std::string{request.group} + "/v1") +
                             "/namespaces/team-a/" + std::string{request.resource};
    const bool one = request.verb == "get" || request.verb == "update" || request.verb == "patch";
    const auto received = time();
    append_all(
        out,
        {R"({"level":")",
         bodies ? "RequestResponse" : "Metadata",
         R"(","auditID":")",
         hex(8),
         "-",
         hex(4),
         "-4",
         hex(3),
         "-a",
         hex(3),
         "-",
         hex(12),
         R"(","stage":"ResponseComplete","requestURI":")",
         path,
         one ? "/" + name + "?timeout=10s"
             : R"(?allowWatchBookmarks=true\u0026resourceVersion=)" + std::to_string(below(100'000'000)) +
                   R"(\u0026timeoutSeconds=511)",
         R"(","verb":")",
         request.verb,
         R"(","user":{"username":")",
         user,
         R"(","uid":")",
         hex(36),
         R"(","groups":[)",
         request.groups,
         R"(],"extra":{"authentication.kubernetes.io/credential-id":["JTI=)",
         hex(36),
         R"("],"authentication.kubernetes.io/node-name":["ip-10-1-7-9.eu-central-1.compute.internal"],"authentication.kubernetes.io/pod-name":[")",
         name,
         R"("]}},"sourceIPs":["10.1.7.9"],"userAgent":")",
         request.agent,
         R"(","objectRef":{"resource":")",
         request.resource,
         R"(","namespace":"team-a")",
         one ? R"(,"name":")" + name + R"(","uid":")" + hex(36) + '"' : "",
         request.group.empty() ? "" : R"(,"apiGroup":")" + std::string{request.group} + '"',
         R"(,"apiVersion":"v1"},"responseStatus":{"metadata":{},"code":200})"});
    if (bodies) append_all(out, {R"(,"requestObject":)", pod(name), R"(,"responseObject":)", pod(name)});
    append_all(
        out,
        {R"(,"requestReceivedTimestamp":")", received, R"(","stageTimestamp":")", time(),
         R"(","annotations":{"authorization.k8s.io/decision":"allow","authorization.k8s.io/reason":"RBAC: allowed by ClusterRoleBinding \"web\" of ClusterRole \"web\" to ServiceAccount \"web/team-a\""}})"});
}

std::string Events::list(Mix mix, std::size_t count) {
    std::string out = R"({"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[)";
    for (std::size_t i = 0; i < count; ++i) {
        if (i != 0) out += ',';
        append_event(out, mix);
    }
    out += "]}\n";
    out.reserve(out.size() + 64);
    return out;
}

}  // namespace auditfwd::bench
