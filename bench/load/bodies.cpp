#include "bench/load/bodies.h"

#include <array>

#include <fmt/format.h>

#include "forwarder/base/assert.h"

namespace auditfwd::load {
namespace {

constexpr std::size_t kDigits = 12;

void write_hex(char* at, std::uint64_t n) {
    for (std::size_t i = kDigits; i-- > 0; n >>= 4) at[i] = "0123456789abcdef"[n & 15];
}

template <std::size_t N>
std::string_view one_of(const std::array<std::string_view, N>& words, std::mt19937& random) {
    return words[random() % N];
}

constexpr std::array<std::string_view, 6> kVerbs{"get", "list", "update", "patch", "create", "watch"};
constexpr std::array<std::string_view, 5> kNamespaces{"kube-system", "shop", "payments", "monitoring", "ci"};
constexpr std::array<std::string_view, 4> kUsers{"deployer", "operator", "cert-manager", "ingress-controller"};
// None of these is in a group that the policy `eks` silences.
constexpr std::array<std::string_view, 4> kResources{"widgets", "certificates", "ingressroutes", "scaledobjects"};
constexpr std::array<std::string_view, 4> kAgents{"kubectl/v1.31.2 (linux/amd64) kubernetes/5864a46",
                                                  "manager/v0.18.4 (linux/amd64) kubernetes/$Format", "helm/v3.16.3",
                                                  "argocd-application-controller/v2.13"};

// One item, with `filler` bytes more than it needs, spent on a label selector as controllers write them.
std::string render_event(std::uint32_t seed, std::size_t filler, std::mt19937& random) {
    const auto verb = one_of(kVerbs, random);
    const auto space = one_of(kNamespaces, random);
    const auto user = one_of(kUsers, random);
    const auto resource = one_of(kResources, random);
    const auto name = fmt::format("{}-{:08x}-{:05x}", resource, random(), random() & 0xfffff);
    const auto time = fmt::format("2026-11-24T{:02}:{:02}:{:02}.{:06}Z", random() % 24, random() % 60, random() % 60,
                                  random() % 1'000'000);
    std::string selector;
    while (selector.size() < filler) selector += fmt::format("{:08x}", random());
    selector.resize(filler);
    return fmt::format(
        R"({{"level":"Metadata","auditID":"{}","stage":"ResponseComplete",)"
        R"("requestURI":"/apis/example.com/v1/namespaces/{}/{}/{}?fieldManager={}\u0026labelSelector=hash%3D{}",)"
        R"("verb":"{}","user":{{"username":"system:serviceaccount:{}:{}","uid":"{:08x}-0000-4000-8000-{:012x}",)"
        R"("groups":["system:serviceaccounts","system:serviceaccounts:{}","system:authenticated"],)"
        R"("extra":{{"authentication.kubernetes.io/pod-name":["{}-{:08x}"]}}}},"sourceIPs":["10.{}.{}.{}"],)"
        R"("userAgent":"{}","objectRef":{{"resource":"{}","namespace":"{}","name":"{}","apiGroup":"example.com",)"
        R"("apiVersion":"v1"}},"responseStatus":{{"metadata":{{}},"code":200}},)"
        R"("requestReceivedTimestamp":"{}","stageTimestamp":"{}",)"
        R"("annotations":{{"authorization.k8s.io/decision":"allow","authorization.k8s.io/reason":)"
        R"("RBAC: allowed by RoleBinding \"{}/{}\" of ClusterRole \"edit\" to ServiceAccount \"{}/{}\""}}}})",
        audit_id(seed, 0), space, resource, name, user, selector, verb, space, user, random(), random(), space, user,
        random(), random() % 256, random() % 256, random() % 256, one_of(kAgents, random), resource, space, name, time,
        time, space, user, space, user);
}

}  // namespace

std::string audit_id(std::uint32_t seed, std::uint64_t n) {
    auto id = fmt::format("{:08x}-0000-4000-8000-", seed);
    id.append(kDigits, '0');
    write_hex(id.data() + id.size() - kDigits, n);
    return id;
}

EventListBody::EventListBody(std::uint32_t seed, std::size_t events, std::size_t event_bytes, std::mt19937& random) {
    text_ = R"({"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[)";
    const auto id_begin = audit_id(seed, 0).substr(0, 24);
    for (std::size_t i = 0; i < events; ++i) {
        const auto bare = render_event(seed, 0, random);
        if (i > 0) text_ += ',';
        const auto item = text_.size();
        text_ += bare.size() < event_bytes ? render_event(seed, event_bytes - bare.size(), random) : bare;
        numbers_at_.push_back(text_.find(id_begin, item) + id_begin.size());
    }
    text_ += "]}\n";
}

void EventListBody::stamp(std::uint64_t first) {
    CHECK(first + numbers_at_.size() < 1ull << (4 * kDigits));
    for (const auto at : numbers_at_) write_hex(text_.data() + at, first++);
}

}  // namespace auditfwd::load
