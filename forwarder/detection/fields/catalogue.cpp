#include "forwarder/detection/fields/catalogue.h"

#include <algorithm>
#include <array>

namespace auditfwd {

namespace {

using enum Reading;
using enum ArgumentKind;

constexpr FieldEntry text(std::string_view name, std::string_view path) { return {.name = name, .path = path}; }
constexpr FieldEntry list(std::string_view name, std::string_view path) {
    return {.name = name, .reading = kElements, .path = path, .is_list = true};
}
constexpr FieldEntry lists(std::string_view name, Reading reading, std::string_view path) {
    return {.name = name, .reading = reading, .path = path, .argument = kIndex, .is_list = true};
}
constexpr FieldEntry subjects(std::string_view name, std::string_view kind, Reading reading = kSubjects) {
    return {.name = name, .reading = reading, .path = "requestObject subjects", .is_list = true, .word = kind};
}
constexpr FieldEntry made(std::string_view name, Reading reading) { return {.name = name, .reading = reading}; }

#define CONTAINER_FIELDS(LIST)                                                                                        \
    lists("ka.req.pod." LIST ".args", kJoined, "requestObject spec " LIST " args"),                                   \
        lists("ka.req.pod." LIST ".command", kJoined, "requestObject spec " LIST " command"),                         \
        lists("ka.req.pod." LIST ".name", kVisitsOfAll, "requestObject spec " LIST " name"),                          \
        lists("ka.req.pod." LIST ".image", kVisitsOfAll, "requestObject spec " LIST " image"),                        \
        lists("ka.req.pod." LIST ".image.repository", kRepositories, "requestObject spec " LIST " image"),            \
        lists("ka.req.pod." LIST ".privileged", kVisits, "requestObject spec " LIST " securityContext privileged"),   \
        lists("ka.req.pod." LIST ".allow_privilege_escalation", kVisits,                                              \
              "requestObject spec " LIST " securityContext allowPrivilegeEscalation"),                                \
        lists("ka.req.pod." LIST ".read_only_fs", kVisits,                                                            \
              "requestObject spec " LIST " securityContext readOnlyRootFilesystem"),                                  \
        lists("ka.req.pod." LIST ".run_as_user", kVisits, "requestObject spec " LIST " securityContext runAsUser"),   \
        lists("ka.req.pod." LIST ".eff_run_as_user", kEffective, "requestObject spec " LIST " runAsUser"),            \
        lists("ka.req.pod." LIST ".run_as_group", kVisits, "requestObject spec " LIST " securityContext runAsGroup"), \
        lists("ka.req.pod." LIST ".eff_run_as_group", kEffective, "requestObject spec " LIST " runAsGroup"),          \
        lists("ka.req.pod." LIST ".proc_mount", kVisits, "requestObject spec " LIST " securityContext procMount"),    \
        lists("ka.req.pod." LIST ".add_capabilities", kVisits,                                                        \
              "requestObject spec " LIST " securityContext capabilities add")

constexpr FieldEntry kFields[] = {
    text("ka.auditid", "auditID"),
    text("ka.stage", "stage"),
    text("ka.auth.decision", "annotations authorization.k8s.io/decision"),
    text("ka.auth.reason", "annotations authorization.k8s.io/reason"),
    text("ka.auth.openshift.decision", "annotations authentication.openshift.io/decision"),
    text("ka.auth.openshift.username", "annotations authentication.openshift.io/username"),
    text("ka.validations.admission.policy.failure",
         "annotations validation.policy.admission.k8s.io/validation_failure"),
    text("ka.security.pod.violations", "annotations pod-security.kubernetes.io/audit-violations"),
    text("ka.user.name", "user username"),
    list("ka.user.groups", "user groups"),
    text("ka.impuser.name", "impersonatedUser username"),
    text("ka.verb", "verb"),
    text("ka.uri", "requestURI"),
    {.name = "ka.uri.param", .reading = kUriParameter, .path = "requestURI", .argument = kKey},
    text("ka.target.name", "objectRef name"),
    text("ka.target.namespace", "objectRef namespace"),
    text("ka.target.resource", "objectRef resource"),
    text("ka.target.subresource", "objectRef subresource"),
    {.name = "ka.target.pod.name", .reading = kTargetPod, .path = "responseObject metadata name"},
    list("ka.req.binding.subjects", "requestObject subjects"),
    subjects("ka.req.binding.subjects.user_names", "User"),
    subjects("ka.req.binding.subjects.serviceaccount_names", "ServiceAccount"),
    subjects("ka.req.binding.subjects.serviceaccount_ns_names", "ServiceAccount", kSubjectsWithNamespace),
    subjects("ka.req.binding.subjects.group_names", "Group"),
    text("ka.req.binding.role", "requestObject roleRef name"),
    {.name = "ka.req.binding.subject.has_name", .reading = kTrue, .argument = kKey},
    text("ka.req.configmap.name", "objectRef name"),
    text("ka.req.configmap.obj", "requestObject data"),
    CONTAINER_FIELDS("containers"),
    lists("ka.req.pod.containers.host_port", kHostPorts, "requestObject spec containers ports"),
    CONTAINER_FIELDS("initContainers"),
    lists("ka.req.pod.initContainers.host_port", kHostPorts, "requestObject spec initContainers ports"),
    CONTAINER_FIELDS("ephemeralContainers"),
    {.name = "ka.req.container.image", .reading = kFirst, .path = "requestObject spec containers image"},
    {.name = "ka.req.container.image.repository",
     .reading = kFirstRepository,
     .path = "requestObject spec containers image"},
    {.name = "ka.req.container.privileged",
     .reading = kPrivileged,
     .path = "requestObject spec containers securityContext privileged"},
    text("ka.req.container.host_network", "requestObject spec hostNetwork"),
    text("ka.req.pod.host_ipc", "requestObject spec hostIPC"),
    text("ka.req.pod.host_network", "requestObject spec hostNetwork"),
    text("ka.req.pod.host_pid", "requestObject spec hostPID"),
    text("ka.req.pod.run_as_user", "requestObject spec securityContext runAsUser"),
    text("ka.req.pod.run_as_group", "requestObject spec securityContext runAsGroup"),
    text("ka.req.pod.fs_group", "requestObject spec securityContext fsGroup"),
    list("ka.req.pod.supplemental_groups", "requestObject spec securityContext supplementalGroups"),
    lists("ka.req.pod.volumes.hostpath", kVisits, "requestObject spec volumes hostPath path"),
    lists("ka.req.pod.volumes.flexvolume_driver", kVisits, "requestObject spec volumes flexVolume driver"),
    lists("ka.req.pod.volumes.volume_type", kMemberNames, "requestObject spec volumes"),
    {.name = "ka.req.volume.hostpath",
     .reading = kHostPath,
     .path = "requestObject spec volumes hostPath path",
     .argument = kKey},
    list("ka.req.role.rules", "requestObject rules"),
    lists("ka.req.role.rules.apiGroups", kFlattened, "requestObject rules apiGroups"),
    lists("ka.req.role.rules.nonResourceURLs", kFlattened, "requestObject rules nonResourceURLs"),
    lists("ka.req.role.rules.verbs", kFlattened, "requestObject rules verbs"),
    lists("ka.req.role.rules.resources", kFlattened, "requestObject rules resources"),
    text("ka.req.service.type", "requestObject spec type"),
    lists("ka.req.service.ports", kVisits, "requestObject spec ports"),
    text("ka.resp.name", "responseObject metadata name"),
    text("ka.response.code", "responseStatus code"),
    text("ka.response.reason", "responseStatus reason"),
    text("ka.useragent", "userAgent"),
    lists("ka.sourceips", kFlattened, "requestObject rules sourceIPs"),
    text("ka.cluster.name", "annotations cluster_name"),

    {.name = "json.value", .reading = kPointer, .argument = kKey},
    made("json.obj", kPretty),
    made("json.rawtime", kRawTime),
    {.name = "jevt.value", .reading = kPointer, .argument = kKey},
    made("jevt.obj", kPretty),
    made("jevt.rawtime", kRawTime),

    made("evt.num", kNever),
    made("evt.time", kTime),
    made("evt.time.s", kTimeSeconds),
    made("evt.time.iso8601", kTimeIso),
    made("evt.datetime", kDateTime),
    made("evt.datetime.s", kDateTimeSeconds),
    made("evt.rawtime", kRawTime),
    made("evt.rawtime.s", kRawTimeSeconds),
    made("evt.rawtime.ns", kRawTimeFraction),
    made("evt.reltime", kNever),
    made("evt.reltime.s", kNever),
    made("evt.reltime.ns", kNever),
    made("evt.pluginname", kPlugin),
    made("evt.plugininfo", kWhole),
    made("evt.source", kSource),
    made("evt.is_async", kFalse),
    made("evt.asynctype", kNever),
    made("evt.hostname", kHost),
};

#undef CONTAINER_FIELDS

// Where each of kFields comes by name.
constexpr auto kByName = [] {
    std::array<std::uint8_t, std::size(kFields)> order{};
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::uint8_t>(i);
    std::sort(order.begin(), order.end(), [](auto a, auto b) { return kFields[a].name < kFields[b].name; });
    return order;
}();

}  // namespace

const FieldEntry* find_field(std::string_view name) {
    const auto found = std::lower_bound(kByName.begin(), kByName.end(), name, [](auto entry, std::string_view sought) {
        return kFields[entry].name < sought;
    });
    return found != kByName.end() && kFields[*found].name == name ? &kFields[*found] : nullptr;
}

std::span<const FieldEntry> all_fields() { return kFields; }

}  // namespace auditfwd
