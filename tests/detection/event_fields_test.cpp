#include <gtest/gtest.h>

#include <set>
#include <string>

#include "forwarder/detection/fields/catalogue.h"
#include "forwarder/detection/fields/event_fields.h"
#include "tests/detection/plain_event.h"
#include "tests/detection/read_field.h"

namespace auditfwd {
namespace {

constexpr std::string_view kPod = R"({"auditID":"pod","stage":"ResponseComplete","verb":"create",
"stageTimestamp":"2026-08-05T10:00:00.123456Z","requestURI":"/api/v1/namespaces/ns1/pods?fieldManager=k&fieldManager=z",
"user":{"username":"alice","groups":["dev","ops"]},"impersonatedUser":{"username":"root"},"userAgent":"Kubectl/v1",
"sourceIPs":["10.0.0.1"],"objectRef":{"resource":"pods","namespace":"ns1","name":"p1"},
"responseStatus":{"code":201,"reason":"Created"},
"annotations":{"authorization.k8s.io/decision":"allow","authorization.k8s.io/reason":"","cluster_name":"c"},
"responseObject":{"metadata":{"name":"p1-x"}},
"requestObject":{"metadata":{"name":"p1"},"spec":{"hostNetwork":true,"hostPID":false,"hostIPC":"yes",
 "securityContext":{"runAsUser":0,"runAsGroup":5,"fsGroup":6,"supplementalGroups":[1,"2"]},
 "containers":[
  {"name":"a","image":"registry:5000/x/a:1","args":["-x","y z"],"command":[],"ports":[{"containerPort":80,"hostPort":8080},
   {"containerPort":81},{}],
   "securityContext":{"privileged":true,"allowPrivilegeEscalation":false,"readOnlyRootFilesystem":true,"runAsUser":1000,
    "runAsGroup":1001,"procMount":"Default","capabilities":{"add":["NET_ADMIN","SYS_TIME"]}}},
  {"name":"b","image":"docker.io/lib/b@sha256:00"}],
 "initContainers":[{"name":"i","image":"init:1"}],
 "volumes":[{"name":"v","hostPath":{"path":"/etc"}},{"name":"w","hostPath":{"path":"/var/lib/x"}},
  {"name":"s","secret":{},"flexVolume":{"driver":"d"}}]}}})";

struct Expectation {
    const char* field;
    const char* values;
};

constexpr Expectation kPodValues[] = {
    {"ka.auditid", "pod"},
    {"ka.stage", "ResponseComplete"},
    {"ka.verb", "create"},
    {"ka.uri", "/api/v1/namespaces/ns1/pods?fieldManager=k&fieldManager=z"},
    {"ka.uri.param[fieldManager]", "k"},
    {"ka.uri.param[other]", "<absent>"},
    {"ka.user.name", "alice"},
    {"ka.user.groups", "dev|ops"},
    {"ka.impuser.name", "root"},
    {"ka.useragent", "Kubectl/v1"},
    {"ka.sourceips", "<absent>"},
    {"ka.target.name", "p1"},
    {"ka.target.namespace", "ns1"},
    {"ka.target.resource", "pods"},
    {"ka.target.subresource", "<absent>"},
    {"ka.target.pod.name", "p1-x"},
    {"ka.resp.name", "p1-x"},
    {"ka.response.code", "201"},
    {"ka.response.reason", "Created"},
    {"ka.auth.decision", "allow"},
    {"ka.auth.reason", ""},
    {"ka.cluster.name", "c"},
    {"ka.auth.openshift.decision", "<absent>"},
    {"ka.auth.openshift.username", "<absent>"},
    {"ka.validations.admission.policy.failure", "<absent>"},
    {"ka.security.pod.violations", "<absent>"},
    {"ka.req.pod.host_network", "true"},
    {"ka.req.container.host_network", "true"},
    {"ka.req.pod.host_pid", "false"},
    {"ka.req.pod.host_ipc", "yes"},
    {"ka.req.pod.run_as_user", "0"},
    {"ka.req.pod.run_as_group", "5"},
    {"ka.req.pod.fs_group", "6"},
    {"ka.req.pod.supplemental_groups", "1|2"},
    {"ka.req.pod.containers.name", "a|b"},
    {"ka.req.pod.containers.name[1]", "b"},
    {"ka.req.pod.containers.name[2]", "<absent>"},
    {"ka.req.pod.containers.image", "registry:5000/x/a:1|docker.io/lib/b@sha256:00"},
    {"ka.req.pod.containers.image.repository", "registry|docker.io/lib/b"},
    {"ka.req.pod.containers.args", "-x y z"},
    {"ka.req.pod.containers.args[1]", "<absent>"},
    {"ka.req.pod.containers.command", ""},
    {"ka.req.pod.containers.host_port", "8080|81"},
    {"ka.req.pod.containers.privileged", "true"},
    {"ka.req.pod.containers.privileged[1]", "<absent>"},
    {"ka.req.pod.containers.allow_privilege_escalation", "false"},
    {"ka.req.pod.containers.read_only_fs", "true"},
    {"ka.req.pod.containers.run_as_user", "1000"},
    {"ka.req.pod.containers.run_as_group", "1001"},
    {"ka.req.pod.containers.eff_run_as_user", "0|0"},
    {"ka.req.pod.containers.eff_run_as_group", "0|0"},
    {"ka.req.pod.containers.eff_run_as_user[0]", "<absent>"},
    {"ka.req.pod.containers.proc_mount", "Default"},
    {"ka.req.pod.containers.add_capabilities", R"(["NET_ADMIN","SYS_TIME"])"},
    {"ka.req.pod.initContainers.image", "init:1"},
    {"ka.req.pod.ephemeralContainers.image", "<absent>"},
    {"ka.req.container.image", "registry:5000/x/a:1"},
    {"ka.req.container.image.repository", "registry"},
    {"ka.req.container.privileged", "true"},
    {"ka.req.pod.volumes.hostpath", "/etc|/var/lib/x"},
    {"ka.req.pod.volumes.hostpath[1]", "/var/lib/x"},
    {"ka.req.pod.volumes.flexvolume_driver", "d"},
    {"ka.req.pod.volumes.volume_type", "hostPath|hostPath|secret|flexVolume"},
    {"ka.req.pod.volumes.volume_type[2]", "secret|flexVolume"},
    {"ka.req.volume.hostpath[/etc]", "true"},
    {"ka.req.volume.hostpath[/e*]", "true"},
    {"ka.req.volume.hostpath[/var/*]", "false"},
    {"ka.req.binding.subject.has_name[zz]", "true"},
    {"jevt.value[/requestObject/spec/containers/1/name]", "b"},
    {"jevt.value[requestObject/spec/containers/01/name]", "b"},
    {"jevt.value[/requestObject/spec/containers/2/name]", "<absent>"},
    {"jevt.value[/requestObject/spec/containers/name]", "<absent>"},
    {"jevt.value[/annotations/authorization.k8s.io~1decision]", "allow"},
    {"jevt.value[/user/groups]", R"(["dev","ops"])"},
    {"json.value[/requestObject/spec/securityContext/supplementalGroups/1]", "2"},
    {"jevt.rawtime", "1785924000123456000"},
    {"evt.rawtime", "1785924000123456000"},
    {"evt.rawtime.s", "1785924000"},
    {"evt.rawtime.ns", "123456000"},
    {"evt.time", "10:00:00.123456000"},
    {"evt.time.s", "10:00:00"},
    {"evt.time.iso8601", "2026-08-05T10:00:00.123456000+0000"},
    {"evt.datetime", "2026-08-05 10:00:00.123456000"},
    {"evt.datetime.s", "2026-08-05 10:00:00"},
    {"evt.source", "k8s_audit"},
    {"evt.pluginname", "k8saudit"},
    {"evt.hostname", "node-1"},
    {"evt.is_async", "false"},
    {"evt.num", "<absent>"},
};

// What decoding found is taken from there: it must be what the member itself says.
TEST(EventFields, Of_a_part_that_is_missing_are_absent) {
    EventFieldTable table;
    std::vector<FieldId> within;
    for (const auto& entry : all_fields()) {
        FieldName name{.name = entry.name, .argument = {}};
        if (entry.argument == ArgumentKind::kKey) name.argument = "x";
        within.push_back(table.resolve(name).value());
    }
    within.push_back(table.resolve({.name = "jevt.value", .argument = "/responseObject"}).value());
    within.push_back(table.resolve({.name = "jevt.value", .argument = "/impersonatedUser/uid"}).value());
    std::erase_if(within, [&](FieldId id) { return table.info(id).part == FieldInfo::kNoPart; });
    ASSERT_GT(within.size(), 60u);
    const std::string event = R"({"auditID":"a","stage":"ResponseComplete","verb":"create","requestURI":"/x?x=y",)"
                              R"("objectRef":{"resource":"pods","name":"p"}} )";
    const PlainEvent plain{std::string_view{event}.substr(0, event.size() - 1)};
    EventFields fields{table};
    fields.begin(*plain.event());
    EXPECT_EQ(fields.missing(), (1u << std::size(kParts)) - 1);
    for (const auto id : within) EXPECT_FALSE(fields.get(id).present()) << table.info(id).spelling;
}

TEST(EventFields, Of_a_received_event_are_what_its_text_says) {
    constexpr std::string_view kEvents[] = {
        R"("verb":"get","user":{"username":"u"},"objectRef":{"resource":"pods","name":"p","namespace":"n","subresource":"log"})",
        R"("verb":"g\u0065t","user":{"username":"a\u0062c"},"objectRef":{"resource":"p\u006fds","name":"\ud800x"})",
        R"("verb":"get","user":{"username":"\ud800x","groups":["g"]},"responseStatus":{"code":200})",
        R"("verb":"get","user":{"username":""},"objectRef":{"resource":"","name":null,"namespace":7})",
        R"("verb":"get","objectRef":{"resource":{"a": 1},"name":["x", 2],"subresource":true})",
        R"("verb":"get","user":null,"objectRef":null,"responseStatus":null,"annotations":null)",
        R"("verb":"get","objectRef":{"resource":"a","resource":"b","Name":"c"},"responseStatus":{"code":401,"code":200})",
        R"("verb":"get","responseStatus":{"code":0})",
        R"("verb":"get","responseStatus":{"code":-200})",
        R"("verb":"get","responseStatus":{"code":1000})",
        R"("verb":"get","responseStatus":{"code":99})",
        R"("verb":"get","responseStatus":{"code":null})",
        R"("verb":"get","annotations":{"authorization.k8s.io/decision":"allow","authorization.k8s.io/decision":"forbid"})",
        R"("verb":"get","annotations":{"authorization.k8s.io\/decision":"f\u006frbid"})",
        R"("verb":"get","annotations":{"authorization.k8s.io/decision":"maybe","authorization.k8s.io/decision":"allow"})",
        R"("verb":"get","annotations":{"authorization.k8s.io/decision":["allow"]})",
        R"("verb":"get","user":{"username":"u"},"user":{"username":"v"},"objectRef":{},"objectRef":{"name":"x"})",
        R"("us\u0065r":{"username":"u"},"user":{"username":"v"},"obj\u0065ctRef":{"name":"y"},"objectRef":{"name":"x"})",
    };
    for (const auto members : kEvents) {
        const auto event = R"({"auditID":"a","stage":"ResponseComplete",)" + std::string{members} + "}";
        for (const auto* field :
             {"ka.user.name", "ka.verb", "ka.stage", "jevt.value[/stage]", "ka.uri", "ka.target.resource",
              "ka.target.name", "ka.target.namespace", "ka.target.subresource", "ka.response.code", "ka.auth.decision",
              "jevt.value[/objectRef/resource]", "ka.impuser.name"}) {
            EXPECT_EQ(read_received_field(event, field), read_field(event, field)) << field << " of " << event;
        }
    }
}

TEST(EventFields, Of_a_member_that_was_cut_for_its_depth_are_absent) {
    const auto deep = std::string(1'100, '[') + std::string(1'100, ']');
    const auto event = R"({"auditID":"a","stage":"ResponseComplete","verb":"get","user":{"username":"u","extra":)" +
                       deep + R"(},"objectRef":{"resource":"pods","name":"p","x":)" + deep +
                       R"(},"responseStatus":{"code":200,"x":)" + deep + "}}";
    for (const auto* field : {"ka.user.name", "ka.target.resource", "ka.target.name", "ka.response.code"}) {
        EXPECT_EQ(read_received_field(event, field), "<absent>") << field;
    }
    EXPECT_EQ(read_received_field(event, "ka.verb"), "get");
}

TEST(EventFields, Read_a_pod_as_the_plugin_does) {
    for (const auto& [field, values] : kPodValues) EXPECT_EQ(read_field(kPod, field), values) << field;
}

TEST(EventFields, Read_roles_bindings_services_and_config_maps) {
    constexpr std::string_view kEvent =
        R"({"auditID":"x","objectRef":{"resource":"services","name":"c"},"requestObject":{
"rules":[{"verbs":["get","*"],"resources":["pods"],"apiGroups":[""]},{"verbs":["create"],"nonResourceURLs":["/x"]}],
"roleRef":{"name":"cluster-admin"},"data":{"a": "x\ny" ,"b":"z"},
"subjects":[{"kind":"User","name":"u1"},{"kind":"ServiceAccount","name":"s","namespace":"n"},
 {"kind":"ServiceAccount","name":"t"},{"kind":"Group","name":"g"},{"name":"nobody"},7],
"spec":{"type":"NodePort","ports":[{"port":80},{"port":81}]}}})";
    constexpr Expectation kExpected[] = {
        {"ka.req.role.rules", R"({"verbs":["get","*"],"resources":["pods"],"apiGroups":[""]}|)"
                              R"({"verbs":["create"],"nonResourceURLs":["/x"]})"},
        {"ka.req.role.rules.verbs", "get|*|create"},
        {"ka.req.role.rules.verbs[1]", "create"},
        {"ka.req.role.rules.resources", "pods"},
        {"ka.req.role.rules.apiGroups", ""},
        {"ka.req.role.rules.nonResourceURLs", "/x"},
        {"ka.req.role.rules.nonResourceURLs[0]", "<absent>"},
        {"ka.req.binding.role", "cluster-admin"},
        {"ka.req.binding.subjects.user_names", "u1"},
        {"ka.req.binding.subjects.group_names", "g"},
        {"ka.req.binding.subjects.serviceaccount_names", "s|t"},
        {"ka.req.binding.subjects.serviceaccount_ns_names", "n:s"},
        {"ka.req.configmap.name", "c"},
        {"ka.req.configmap.obj", R"({"a":"x\ny","b":"z"})"},
        {"ka.req.service.type", "NodePort"},
        {"ka.req.service.ports", R"([{"port":80},{"port":81}])"},
        {"ka.req.service.ports[1]", R"([{"port":80},{"port":81}])"},
        {"ka.target.pod.name", "<absent>"},
    };
    for (const auto& [field, values] : kExpected) EXPECT_EQ(read_field(kEvent, field), values) << field;
}

TEST(EventFields, Take_any_type_of_value_as_its_JSON_text) {
    constexpr std::string_view kEvent =
        R"({"auditID":null,"verb":["create", 1],"user":{"username":5,"groups":["a",1,true,null,{"k": "v"},["x"]]},)"
        R"("objectRef":"pods","userAgent":null,"impersonatedUser":null,"annotations":[],"requestURI":1.50})";
    EXPECT_EQ(read_field(kEvent, "ka.auditid"), "null");
    EXPECT_EQ(read_field(kEvent, "ka.verb"), R"(["create",1])");
    EXPECT_EQ(read_field(kEvent, "ka.user.name"), "5");
    EXPECT_EQ(read_field(kEvent, "ka.user.groups"), R"(a|1|true|null|{"k":"v"}|["x"])");
    EXPECT_EQ(read_field(kEvent, "ka.target.resource"), "<absent>");
    EXPECT_EQ(read_field(kEvent, "ka.useragent"), "null");
    EXPECT_EQ(read_field(kEvent, "ka.impuser.name"), "<absent>");
    EXPECT_EQ(read_field(kEvent, "ka.auth.decision"), "<absent>");
    EXPECT_EQ(read_field(kEvent, "ka.uri"), "1.50");
}

TEST(EventFields, Without_an_auditID_answer_only_what_is_not_of_an_audit_event) {
    EXPECT_EQ(read_field(R"({"verb":"get"})", "ka.verb"), "<absent>");
    EXPECT_EQ(read_field(R"({"verb":"get"})", "ka.req.binding.subject.has_name[x]"), "<absent>");
    EXPECT_EQ(read_field(R"({"verb":"get"})", "jevt.value[/verb]"), "get");
    EXPECT_EQ(read_field(R"({"auditID":"","verb":"get"})", "ka.verb"), "get");
}

TEST(EventFields, An_empty_list_is_absent_and_so_is_a_list_that_is_none) {
    EXPECT_EQ(read_field(R"({"auditID":"x","user":{"groups":[]}})", "ka.user.groups"), "<absent>");
    EXPECT_EQ(read_field(R"({"auditID":"x","user":{"groups":"dev"}})", "ka.user.groups"), "<absent>");
    EXPECT_EQ(read_field(R"({"auditID":"x","user":{"groups":"dev"}})", "jevt.value[/user/groups]"), "dev");
}

TEST(EventFields, Of_members_with_the_same_name_take_the_first_however_it_is_escaped) {
    EXPECT_EQ(read_field(R"({"auditID":"x","verb":"a","verb":"b"})", "ka.verb"), "a");
    EXPECT_EQ(read_field(R"({"auditID":"x","user":{"us\u0065rname":"a","username":"b"}})", "ka.user.name"), "a");
    EXPECT_EQ(read_field(R"({"auditID":"x","user":{"groups":["a"],"groups":["b"]}})", "ka.user.groups"), "a");
}

TEST(EventFields, Unescape_strings_keep_a_NUL_and_a_lone_surrogate) {
    constexpr std::string_view kEvent =
        R"({"auditID":"x","user":{"username":"caf\u00e9 \ud83d\ude00 \ud800 \/","groups":["d\u0065v"]},"verb":"a\u0000b",)"
        R"("userAgent":"\udc00\u0041\ud800"})";
    EXPECT_EQ(read_field(kEvent, "ka.user.name"), "café 😀 \\ud800 /");
    EXPECT_EQ(read_field(kEvent, "ka.user.groups"), "dev");
    EXPECT_EQ(read_field(kEvent, "ka.verb"), std::string("a\0b", 3));
    EXPECT_EQ(read_field(kEvent, "ka.useragent"), "\ufffdA\\ud800");
}

TEST(EventFields, Escapes_that_no_API_server_writes_hide_nothing_in_the_text_of_an_object) {
    constexpr std::string_view kEvent =
        R"({"auditID":"x","requestObject":{"data":{"p\u0061ss":"\/\u00e9\ud83d\ude00\u003c\n\"\u0022\u2028\ud800\\u0061"}}})";
    EXPECT_EQ(read_field(kEvent, "ka.req.configmap.obj"),
              R"({"pass":"/\u00e9\ud83d\ude00\u003c\n\"\u0022\u2028\ud800\\u0061"})");
    EXPECT_EQ(read_field(kEvent, "jevt.value[/requestObject/data/pass]"), "/é😀<\n\"\"\u2028\\ud800\\u0061");
}

TEST(EventFields, One_container_without_an_image_hides_all_images_but_not_by_index) {
    constexpr std::string_view kEvent =
        R"({"auditID":"x","requestObject":{"spec":{"containers":[{"name":"a","image":"x:1"},{"name":"b"}]}}})";
    EXPECT_EQ(read_field(kEvent, "ka.req.pod.containers.image"), "<absent>");
    EXPECT_EQ(read_field(kEvent, "ka.req.pod.containers.image[0]"), "x:1");
    EXPECT_EQ(read_field(kEvent, "ka.req.pod.containers.name"), "a|b");
    EXPECT_EQ(read_field(kEvent, "ka.req.container.image"), "x:1");
}

TEST(EventFields, The_old_privileged_field_is_false_for_no_container_at_all) {
    constexpr std::string_view kNone = R"({"auditID":"x","requestObject":{"spec":{"containers":[]}}})";
    EXPECT_EQ(read_field(kNone, "ka.req.container.privileged"), "false");
    EXPECT_EQ(read_field(kNone, "ka.req.pod.containers.privileged"), "<absent>");
    EXPECT_EQ(read_field(R"({"auditID":"x","requestObject":{}})", "ka.req.container.privileged"), "<absent>");
}

TEST(EventFields, A_broken_pair_of_a_query_hides_no_other) {
    const auto parameter = [](const std::string& uri, const std::string& name) {
        return read_field(R"({"auditID":"x","requestURI":")" + uri + "\"}", "ka.uri.param[" + name + "]");
    };
    EXPECT_EQ(parameter("/x?command=ls&command=-la&a=%2Fetc%20b+c", "a"), "/etc b c");
    EXPECT_EQ(parameter("/x?command=ls&command=-la", "command"), "ls");
    EXPECT_EQ(parameter("/x?command=%zz", "command"), "<absent>");
    EXPECT_EQ(parameter("/x?command=%zz&command=id&x=%", "command"), "id");
    EXPECT_EQ(parameter("/x?a=1;command=id&%63ommand=ls", "command"), "ls");
    EXPECT_EQ(parameter("/x?a=1#&command=id", "command"), "id");
    EXPECT_EQ(parameter("/x?command", "command"), "");
    EXPECT_EQ(parameter("://bad?command=id", "command"), "<absent>");
    EXPECT_EQ(parameter("/%zz?command=id", "command"), "<absent>");
}

TEST(EventFields, A_member_that_is_not_JSON_where_it_is_looked_at_has_no_values) {
    EventFieldTable table;
    const auto name = table.resolve({.name = "ka.resp.name", .argument = {}}).value();
    const auto verb = table.resolve({.name = "ka.verb", .argument = {}}).value();
    const std::string text = R"({"auditID":"x","verb":"get","responseObject":{"metadata":{"name":"a"},}} )";
    Member members[] = {{{1, 10}, {11, 14}, Field::kAuditId},
                        {{15, 21}, {22, 27}, Field::kVerb},
                        {{28, 44}, {45, static_cast<std::uint32_t>(text.size() - 2)}, Field::kResponseObject}};
    Event event{};
    std::fill(std::begin(event.index), std::end(event.index), std::int16_t{-1});
    event.text = std::string_view{text}.substr(0, text.size() - 1);
    event.members = members;
    for (std::int16_t i = 0; i < 3; ++i) event.index[static_cast<std::size_t>(members[i].field)] = i;
    EventFields fields{table};
    fields.begin(event);
    EXPECT_FALSE(fields.get(name).present());
    EXPECT_TRUE(fields.incomplete());
    EXPECT_EQ(fields.get(verb).text(), "get");
}

TEST(EventFields, What_was_cut_is_absent) {
    const std::string text = R"({"auditID":"x","verb":"get"} )";
    PlainEvent plain{std::string_view{text}.substr(0, text.size() - 1)};
    EventFieldTable table;
    const auto verb = table.resolve({.name = "ka.verb", .argument = {}}).value();
    const auto value = table.resolve({.name = "jevt.value", .argument = "/verb"}).value();
    plain.event()->find(Field::kVerb)->cut = true;
    EventFields fields{table};
    fields.begin(*plain.event());
    EXPECT_FALSE(fields.get(verb).present());
    EXPECT_FALSE(fields.get(value).present());
}

TEST(EventFields, Print_the_whole_event) {
    constexpr std::string_view kEvent = R"({"a" : [ 1,{}, [] ],"b":{"c":"{ \" }"}})";
    EXPECT_EQ(read_field(kEvent, "jevt.value[]"), R"({"a":[1,{},[]],"b":{"c":"{ \" }"}})");
    EXPECT_EQ(read_field(kEvent, "jevt.obj"),
              "{\n  \"a\": [\n    1,\n    {},\n    []\n  ],\n  \"b\": {\n    \"c\": \"{ \\\" }\"\n  }\n}");
}

TEST(EventFields, More_values_than_fit_are_missing_and_said_to_be) {
    std::string event = R"({"auditID":"x","requestObject":{"rules":[{"verbs":[)";
    for (int i = 0; i < 70'000; ++i) event += R"("a",)";
    event += R"("b"]}]}} )";
    EventFieldTable table;
    const auto verbs = table.resolve({.name = "ka.req.role.rules.verbs", .argument = {}}).value();
    const PlainEvent plain{std::string_view{event}.substr(0, event.size() - 1)};
    EventFields fields{table};
    fields.begin(*plain.event());
    EXPECT_LE(fields.get(verbs).count, Captures::kValuesMax);
    EXPECT_GE(fields.get(verbs).count, Captures::kValuesMax - 8);
    EXPECT_TRUE(fields.incomplete());
}

TEST(EventFields, A_step_that_is_a_number_is_an_index_of_arrays_and_a_name_in_objects) {
    constexpr std::string_view kEvent = R"({"a":[[7,8],{"0":{"n":"x"},"n":"y"}],"b":{"0":{"n":"z"}}})";
    EXPECT_EQ(read_field(kEvent, "jevt.value[/a/0/1]"), "8");
    EXPECT_EQ(read_field(kEvent, "jevt.value[/a/1/0/n]"), "x");
    EXPECT_EQ(read_field(kEvent, "jevt.value[/a/1/n]"), "y");
    EXPECT_EQ(read_field(kEvent, "jevt.value[/b/0/n]"), "z");
    EXPECT_EQ(read_field(kEvent, "jevt.value[/b/1/n]"), "<absent>");
    EXPECT_EQ(read_field(kEvent, "jevt.value[/a/-1]"), "<absent>");
}

TEST(EventFieldTable, Names_what_is_wrong_with_a_field) {
    EXPECT_EQ(read_field("{}", "ka.nosuch"), "error: there is no field ka.nosuch");
    EXPECT_EQ(read_field("{}", "proc.name"), "error: there is no field proc.name");
    EXPECT_EQ(read_field("{}", "evt.type"), "error: there is no field evt.type");
    EXPECT_EQ(read_field("{}", "ka.verb[x]"), "error: ka.verb takes no argument");
    EXPECT_EQ(read_field("{}", "ka.user.groups[0]"), "error: ka.user.groups takes no argument");
    EXPECT_EQ(read_field("{}", "ka.uri.param"), "error: ka.uri.param needs an argument in brackets");
    for (const auto* field : {"ka.req.pod.containers.image[01]", "ka.req.pod.containers.image[x]",
                              "ka.req.pod.containers.image[-1]", "ka.req.pod.containers.image[]"})
        EXPECT_TRUE(read_field("{}", field).starts_with("error: ka.req.pod.containers.image: takes an index")) << field;
    EXPECT_EQ(read_field(R"({"auditID":"x"})", "ka.req.pod.containers.image[99999999999999999999999]"), "<absent>");
    EXPECT_EQ(read_field("{}", "ka.req.pod.ephemeralContainers.host_port"),
              "error: there is no field ka.req.pod.ephemeralContainers.host_port");
}

TEST(EventFieldTable, Gives_the_same_field_the_same_id) {
    EventFieldTable table;
    const auto first = table.resolve({.name = "ka.uri.param", .argument = "a"}).value();
    const auto other = table.resolve({.name = "ka.uri.param", .argument = "b"}).value();
    EXPECT_EQ(table.resolve({.name = "ka.uri.param", .argument = "a"}).value(), first);
    EXPECT_NE(first, other);
    EXPECT_EQ(table.info(first).spelling, "ka.uri.param[a]");
    EXPECT_EQ(table.size(), 2u);
}

TEST(EventFieldTable, Refuses_more_fields_than_it_can_tell_apart) {
    EventFieldTable table;
    bool refused = false;
    for (std::size_t i = 0; i <= FieldTable::kFieldsMax && !refused; ++i) {
        const auto pointer = "/a/" + std::to_string(i) + "/b";
        const auto id = table.resolve({.name = "jevt.value", .argument = pointer});
        refused = !id && id.error().code == ErrorCode::kTooLarge;
    }
    EXPECT_TRUE(refused);
}

TEST(EventFieldTable, Knows_the_plugins_hundred_fields) {
    std::set<std::string_view> names;
    for (const auto& entry : all_fields()) {
        if (entry.name.starts_with("ka.")) names.insert(entry.name);
        EXPECT_EQ(find_field(entry.name), &entry);
    }
    EXPECT_EQ(names.size(), 100u);
}

}  // namespace
}  // namespace auditfwd
