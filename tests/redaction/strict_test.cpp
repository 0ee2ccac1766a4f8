// `strict`: what is not known to be harmless goes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/redaction/support.h"

namespace auditfwd::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Redaction strict() {
    Redaction redaction;
    redaction.mode = RedactionMode::kStrict;
    return redaction;
}

constexpr auto kPods = "/api/v1/namespaces/shop/pods";
constexpr auto kCustom = "/apis/example.com/v1/namespaces/shop/databases";

TEST(Strict, Keeps_what_tells_who_did_what_to_a_pod) {
    EXPECT_EQ(
        redacted_body(
            kPods,
            R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":"web","labels":{"app":"web"},"annotations":{"note":"x"}},)"
            R"("spec":{"containers":[{"name":"c","image":"nginx:1","command":["sh"],"args":["--pw=x"],)"
            R"("env":[{"name":"A","value":"b"}],"ports":[{"containerPort":80,"protocol":"TCP"}],)"
            R"("securityContext":{"privileged":true,"capabilities":{"add":["SYS_ADMIN"]}}}],)"
            R"("volumes":[{"name":"v","hostPath":{"path":"/etc","type":""}}],"hostNetwork":true}})",
            strict()),
        R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":"web","labels":{"app":"web"},"annotations":{"note":"<redacted>"}},)"
        R"("spec":{"containers":[{"name":"c","image":"nginx:1","command":["<redacted>"],"args":["<redacted>"],)"
        R"("env":[{"name":"A","value":"<redacted>"}],"ports":[{"containerPort":80,"protocol":"TCP"}],)"
        R"("securityContext":{"privileged":true,"capabilities":{"add":["SYS_ADMIN"]}}}],)"
        R"("volumes":[{"name":"v","hostPath":{"path":"/etc","type":""}}],"hostNetwork":true}})");
}

TEST(Strict, Keeps_rules_and_subjects_of_access) {
    const auto role = R"({"kind":"ClusterRole","rules":[{"verbs":["*"],"apiGroups":[""],"resources":["secrets"]}]})";
    EXPECT_EQ(redacted_body("/apis/rbac.authorization.k8s.io/v1/clusterroles", role, strict()), role);
    const auto binding =
        R"({"kind":"ClusterRoleBinding","subjects":[{"kind":"User","name":"eve"}],"roleRef":{"kind":"ClusterRole","name":"cluster-admin"}})";
    EXPECT_EQ(redacted_body("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", binding, strict()), binding);
}

TEST(Strict, Keeps_of_custom_resources_their_metadata_keys_numbers_and_words) {
    EXPECT_EQ(
        redacted_body(
            kCustom,
            R"({"kind":"Database","metadata":{"name":"db"},"spec":{"engine":"pg","size":3,"ha":true,"users":["a",null]},"type":"t"})",
            strict()),
        R"({"kind":"Database","metadata":{"name":"db"},"spec":{"engine":"<redacted>","size":3,"ha":true,"users":["<redacted>",null]},"type":"<redacted>"})");
}

TEST(Strict, Looks_at_items_of_lists_and_rows_of_tables_as_at_objects) {
    EXPECT_EQ(
        redacted_body("/api/v1/configmaps",
                      R"({"kind":"ConfigMapList","items":[{"metadata":{"name":"a"},"data":{"k":"v"}}]})", strict()),
        R"({"kind":"ConfigMapList","items":[{"metadata":{"name":"a"},"data":{"k":"<redacted>"}}]})");
    EXPECT_EQ(
        redacted_body("/api/v1/configmaps",
                      R"({"kind":"Table","rows":[{"cells":["x",1],"object":{"metadata":{"name":"a"}}}]})", strict()),
        R"({"kind":"Table","rows":[{"cells":["<redacted>",1],"object":{"metadata":{"name":"a"}}}]})");
}

TEST(Strict, Follows_the_paths_of_json_patches) {
    EXPECT_EQ(
        redacted_body(
            kPods,
            R"([{"op":"replace","path":"/spec/containers/0/image","value":"nginx"},{"op":"add","path":"/spec/containers/0/env/-","value":{"name":"A","value":"b"}},{"op":"add","path":"/metadata/annotations/a~1b","value":"x"},{"value":{"x":{"name":"n","image":"i"}},"path":"/spec/containers","op":"add"}])",
            strict()),
        R"([{"op":"replace","path":"/spec/containers/0/image","value":"nginx"},{"op":"add","path":"/spec/containers/0/env/-","value":{"name":"A","value":"<redacted>"}},{"op":"add","path":"/metadata/annotations/a~1b","value":"<redacted>"},{"value":{"x":{"name":"n","image":"i"}},"path":"/spec/containers","op":"add"}])");
    EXPECT_EQ(
        redacted_body(
            kPods,
            R"([{"op":"x","path":"/spec/nodeName","value":"v"},"s",{"op":"add","path":"/spec/nodeName","value":"v","value":"w"}])",
            strict()),
        R"([{"op":"<redacted>","path":"<redacted>","value":"<redacted>"},"<redacted>",{"op":"<redacted>","path":"<redacted>","value":"<redacted>","value":"<redacted>"}])");
}

TEST(Strict, Keys_that_are_disguised_are_not_on_the_list) {
    EXPECT_EQ(redacted_body(kPods, R"({"\u006bind":"x","Kind":"y","metadata":{"Name":"z"}})", strict()),
              R"({"kind":"<redacted>","Kind":"<redacted>","metadata":{"Name":"<redacted>"}})");
}

TEST(Strict, Takes_managed_fields_whole_since_their_keys_hold_values) {
    EXPECT_THAT(
        redacted_body(kPods, R"({"metadata":{"managedFields":[{"manager":"m","fieldsV1":{"f:a":{"v:\"x\"":{}}}}]}})",
                      strict()),
        HasSubstr(R"({"manager":"m","fieldsV1":"<redacted>"})"));
}

TEST(Strict, Outside_bodies_takes_parameters_annotations_extras_and_messages) {
    Request request;
    request.uri =
        R"(/api/v1/namespaces/shop/pods/web/exec?command=psql\u0026command=x\u0026container=web\u0026stdin=true)";
    request.more =
        R"(,"impersonatedUser":{"username":"bob","groups":["dev"],"extra":{"k":["v"]}},"responseStatus":{"status":"Failure","message":"m","reason":"Forbidden","details":{"name":"n","causes":[{"reason":"r","message":"m","field":"f"}]},"code":403},)"
        R"("annotations":{"authorization.k8s.io/decision":"allow","a/b":"c","mutation.webhook.admission.k8s.io/round_0_index_0":"ok"},"unheard":{"of":"x"})";
    const auto record = redact(request, strict()).record;
    EXPECT_THAT(record,
                HasSubstr(R"(exec?command=<redacted>\u0026command=<redacted>\u0026container=web\u0026stdin=true")"));
    EXPECT_THAT(record, HasSubstr(R"("username":"bob","groups":["dev"],"extra":{"k":["<redacted>"]})"));
    EXPECT_THAT(
        record,
        HasSubstr(
            R"("message":"<redacted>","reason":"Forbidden","details":{"name":"n","causes":[{"reason":"r","message":"<redacted>","field":"f"}]},"code":403)"));
    EXPECT_THAT(
        record,
        HasSubstr(
            R"("authorization.k8s.io/decision":"allow","a/b":"<redacted>","mutation.webhook.admission.k8s.io/round_0_index_0":"ok")"));
    EXPECT_THAT(record, HasSubstr(R"("unheard":{"of":"<redacted>"})"));
    EXPECT_THAT(record, Not(HasSubstr("masked")));
}

TEST(Strict, Redacting_again_changes_nothing) {
    const auto once = redacted_body(
        kCustom, R"({"kind":"D","spec":{"a":"b","n":[1,"c"]},"metadata":{"managedFields":[{"fieldsV1":{"f:a":{}}}]}})",
        strict());
    EXPECT_EQ(redacted_body(kCustom, once, strict()), once);
}

}  // namespace
}  // namespace auditfwd::testing
