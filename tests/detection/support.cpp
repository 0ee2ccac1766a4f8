#include "tests/detection/support.h"

namespace auditfwd {

std::unique_ptr<FakeFieldTable> audit_fields() {
    using Kind = FakeFieldTable::Kind;
    using Argument = FakeFieldTable::Argument;
    auto out = std::make_unique<FakeFieldTable>();
    for (const auto* name : {"ka.verb", "ka.stage", "ka.uri", "ka.user.name", "ka.target.name", "ka.target.namespace",
                             "ka.target.resource", "ka.target.subresource", "ka.auth.decision", "ka.auth.reason",
                             "ka.response.code", "ka.response.reason", "ka.useragent", "ka.resp.name", "evt.source",
                             "jevt.rawtime", "jevt.obj", "ka.auditid"}) {
        out->declare(name);
    }
    for (const auto* name :
         {"ka.req.configmap.obj", "ka.req.configmap.name", "ka.req.service.type", "ka.req.binding.role",
          "ka.req.pod.host_network", "ka.req.pod.host_pid", "ka.req.pod.host_ipc", "ka.req.container.image",
          "ka.req.container.image.repository", "ka.req.container.privileged", "ka.req.container.host_network"}) {
        out->declare(name, Kind::kScalar, Argument::kNone, FieldCost::kBody);
    }
    for (const auto* name : {"ka.req.pod.containers.image", "ka.req.pod.containers.image.repository",
                             "ka.req.pod.containers.privileged", "ka.req.pod.initContainers.privileged",
                             "ka.req.pod.initContainers.image", "ka.req.pod.ephemeralContainers.privileged",
                             "ka.req.pod.ephemeralContainers.image", "ka.req.pod.volumes.hostpath", "ka.req.role.rules",
                             "ka.req.role.rules.verbs", "ka.req.role.rules.resources", "ka.req.role.rules.apiGroups",
                             "ka.req.role.rules.nonResourceURLs", "ka.req.binding.subjects", "ka.req.service.ports"}) {
        out->declare(name, Kind::kList, Argument::kOptional, FieldCost::kBody);
    }
    out->declare("ka.user.groups", Kind::kList);
    out->declare("ka.sourceips", Kind::kList, Argument::kOptional);
    out->declare("ka.uri.param", Kind::kScalar, Argument::kRequired);
    out->declare("ka.req.binding.subject.has_name", Kind::kScalar, Argument::kRequired);
    out->declare("ka.req.volume.hostpath", Kind::kScalar, Argument::kRequired, FieldCost::kBody);
    out->declare("jevt.value", Kind::kScalar, Argument::kRequired);
    out->declare("json.value", Kind::kScalar, Argument::kRequired);
    return out;
}

Result<LoadedRules> load_rules(std::string text) {
    return Ruleset::load({{.name = "rules.yaml", .text = std::move(text)}}, audit_fields());
}

std::string errors_of(std::string text) {
    const auto loaded = load_rules(std::move(text));
    return loaded ? "" : loaded.error().message;
}

std::string warnings_of(std::string text) {
    const auto loaded = load_rules(std::move(text)).value();
    std::string out;
    for (const auto& line : loaded.warnings) out += (out.empty() ? "" : "\n") + line;
    return out;
}

std::string rule(std::string_view name, std::string_view condition) {
    std::string out{"- rule: "};
    out.append(name).append("\n  desc: d\n  condition: >\n    ").append(condition);
    return out + "\n  output: o\n  priority: WARNING\n  source: k8s_audit\n";
}

std::string detected(const LoadedRules& rules, const FakeEvent& event) {
    FakeFieldSource source{rules.rules->fields()};
    source.event(event);
    Detector detector{rules.rules};
    std::string out;
    for (const auto i : detector.detect(source)) out += (out.empty() ? "" : ",") + rules.rules->rules()[i].name;
    return out;
}

bool matches(std::string_view condition, const FakeEvent& event) {
    return !detected(load_rules(rule("r", condition)).value(), event).empty();
}

}  // namespace auditfwd
