// What `standard` takes out of bodies by what it knows of their structure.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/redaction/support.h"

namespace auditfwd::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto kSecrets = "/api/v1/namespaces/shop/secrets";
constexpr auto kOther = "/apis/example.com/v1/namespaces/shop/bundles";

TEST(Standard, Takes_the_values_of_a_secret_and_keeps_its_keys) {
    EXPECT_EQ(
        redacted_body(
            kSecrets,
            R"({"kind":"Secret","apiVersion":"v1","metadata":{"name":"db"},"data":{"user":"YQ==","pw":"Yg=="},)"
            R"("stringData":{"x":"plain"},"type":"Opaque"})"),
        R"({"kind":"Secret","apiVersion":"v1","metadata":{"name":"db"},"data":{"user":"<redacted>","pw":"<redacted>"},)"
        R"("stringData":{"x":"<redacted>"},"type":"Opaque"})");
}

TEST(Standard, Knows_a_secret_by_its_kind_wherever_it_is_and_in_any_order) {
    EXPECT_EQ(
        redacted_body(kOther, R"({"spec":{"manifests":[{"apiVersion":"v1","data":{"pw":"Yg=="},"kind":"Secret"}]}})"),
        R"({"spec":{"manifests":[{"apiVersion":"v1","data":{"pw":"<redacted>"},"kind":"Secret"}]}})");
    EXPECT_EQ(
        redacted_body(
            kOther,
            R"({"kind":"List","items":[{"kind":"ConfigMap","data":{"a":"b"}},{"kind":"Secret","data":{"pw":"Yg=="}}]})"),
        R"({"kind":"List","items":[{"kind":"ConfigMap","data":{"a":"b"}},{"kind":"Secret","data":{"pw":"<redacted>"}}]})");
}

TEST(Standard, Knows_items_of_a_secret_list_that_name_no_kind) {
    EXPECT_EQ(redacted_body(kOther, R"({"items":[{"data":{"pw":"Yg=="}},{"data":{"pw":"Yw=="}}],"kind":"SecretList"})"),
              R"({"items":[{"data":{"pw":"<redacted>"}},{"data":{"pw":"<redacted>"}}],"kind":"SecretList"})");
}

TEST(Standard, Knows_patches_of_secrets_by_the_request) {
    EXPECT_EQ(redacted_body("/api/v1/namespaces/shop/secrets/db",
                            R"({"data":{"pw":"Yg==","gone":null},"stringData":{"a":"b"}})"),
              R"({"data":{"pw":"<redacted>","gone":null},"stringData":{"a":"<redacted>"}})");
    EXPECT_EQ(redacted_body("/api/v1/namespaces/shop/configmaps/db", R"({"data":{"pw":"Yg=="}})"),
              R"({"data":{"pw":"Yg=="}})");
    EXPECT_EQ(redacted_body("/api/v1/namespaces/shop%2Fsecrets/db", R"({"data":{"pw":"Yg=="}})"),
              R"({"data":{"pw":"<redacted>"}})");
}

TEST(Standard, Finds_secrets_in_rows_of_a_table) {
    EXPECT_EQ(
        redacted_body(kOther,
                      R"({"kind":"Table","rows":[{"cells":["db"],"object":{"kind":"Secret","data":{"pw":"Yg=="}}}]})"),
        R"({"kind":"Table","rows":[{"cells":["db"],"object":{"kind":"Secret","data":{"pw":"<redacted>"}}}]})");
}

TEST(Standard, Takes_token_fields_of_any_object) {
    EXPECT_EQ(redacted_body("/apis/authentication.k8s.io/v1/tokenreviews",
                            R"({"kind":"TokenReview","spec":{"token":"abc"}})"),
              R"({"kind":"TokenReview","spec":{"token":"<redacted>"}})");
    EXPECT_EQ(
        redacted_body(kOther, R"({"status":{"token":"abc","Password":"x","tokens":["a",["b"],{"c":"d"}]}})"),
        R"({"status":{"token":"<redacted>","Password":"<redacted>","tokens":["<redacted>",["<redacted>"],{"c":"d"}]}})");
    EXPECT_EQ(redacted_body(kOther, R"({"password":{"secretKeyRef":{"name":"n"}},"token":"","apiKey":true})"),
              R"({"password":{"secretKeyRef":{"name":"n"}},"token":"","apiKey":true})");
}

TEST(Standard, Takes_every_one_of_doubled_keys_and_is_not_evaded_by_how_they_are_written) {
    EXPECT_EQ(
        redacted_body(kSecrets, R"({"data":{"a":"1","a":"2"},"data":{"a":"3"},"DATA":"4","\u0064ata":{"a":"5"}})"),
        R"({"data":{"a":"<redacted>","a":"<redacted>"},"data":{"a":"<redacted>"},"DATA":"<redacted>","data":{"a":"<redacted>"}})");
    EXPECT_EQ(redacted_body(kOther, R"({"kind":"S\u0065cret","kind":"ConfigMap","data":{"a":"1"}})"),
              R"({"kind":"Secret","kind":"ConfigMap","data":{"a":"<redacted>"}})");
    EXPECT_EQ(redacted_body(kOther, R"({"Kind":"Secret","data":{"a":1,"b":[true,{"c":"d"}]}})"),
              R"({"Kind":"Secret","data":{"a":"<redacted>","b":["<redacted>",{"c":"<redacted>"}]}})");
}

TEST(Standard, Reads_the_paths_of_json_patches) {
    const auto patch = [](std::string_view operations) {
        return redacted_body("/api/v1/namespaces/shop/secrets/db", operations);
    };
    EXPECT_EQ(patch(R"([{"op":"replace","path":"/data/pw","value":"Yg=="}])"),
              R"([{"op":"replace","path":"/data/pw","value":"<redacted>"}])");
    EXPECT_EQ(patch(R"([{"value":{"pw":"Yg=="},"path":"/data","op":"add"}])"),
              R"([{"value":{"pw":"<redacted>"},"path":"/data","op":"add"}])");
    EXPECT_EQ(patch(R"([{"op":"test","path":"/\u0064ata/a~1b","value":"Yg=="}])"),
              R"([{"op":"test","path":"/data/a~1b","value":"<redacted>"}])");
    EXPECT_EQ(patch(R"([{"op":"replace","path":"","value":{"data":{"pw":"Yg=="},"metadata":{"name":"n"}}}])"),
              R"([{"op":"replace","path":"","value":{"data":{"pw":"<redacted>"},"metadata":{"name":"n"}}}])");
    EXPECT_EQ(patch(R"([{"op":"add","path":"/metadata/labels/a","value":"b"}])"),
              R"([{"op":"add","path":"/metadata/labels/a","value":"b"}])");
    EXPECT_EQ(patch(R"([{"op":"add","path":"/metadata","value":"a","path":"/data/x"}])"),
              R"([{"op":"<redacted>","path":"<redacted>","value":"<redacted>","path":"<redacted>"}])");
    EXPECT_EQ(
        redacted_body(
            kOther,
            R"([{"op":"add","path":"/spec/list/0/token","value":"x"},{"op":"add","path":"/spec/0/data/a","value":"x"}])"),
        R"([{"op":"add","path":"/spec/list/0/token","value":"<redacted>"},{"op":"add","path":"/spec/0/data/a","value":"<redacted>"}])");
}

TEST(Standard, Cuts_the_response_of_a_patch_that_copies_out_of_the_data) {
    Request request{.uri = "/api/v1/namespaces/shop/secrets/db", .verb = "patch"};
    request.body = R"([{"op":"copy","from":"/data/pw","path":"/metadata/annotations/x"}])";
    request.response = R"({"kind":"Secret","metadata":{"annotations":{"x":"Yg=="}}})";
    const auto redacted = redact(request);
    EXPECT_EQ(redacted.body, request.body);
    EXPECT_EQ(redacted.response, "");
    EXPECT_THAT(redacted.removed, ElementsAre("/responseObject"));
}

TEST(Standard, Names_what_it_took_with_stars_for_indices) {
    Request request;
    request.body =
        R"({"kind":"List","items":[{"kind":"Secret","data":{"a/b":"1"}},{"kind":"Secret","data":{"a/b":"2"}}]})";
    request.response = R"({"spec":{"token":"t"}})";
    EXPECT_THAT(redact(request).removed, ElementsAre("/requestObject/items/*/data/a~1b", "/responseObject/spec/token"));
}

TEST(Standard, Redacting_again_changes_nothing) {
    Request request;
    request.body = R"({"kind":"Secret","data":{"a":"1","b":2}})";
    const auto once = redact(request);
    Request again;
    again.body = once.body;
    const auto twice = redact(again);
    EXPECT_EQ(twice.body, once.body);
    EXPECT_TRUE(twice.removed.empty());
}

TEST(Standard, Hashes_keep_equal_values_equal) {
    const Redaction hashing{.mode = RedactionMode::kStandard, .replacement = Replacement{"key"}};
    const auto body = redacted_body(kSecrets, R"({"data":{"a":"same","b":"s\u0061me","c":"other"}})", hashing);
    EXPECT_THAT(body, HasSubstr(R"("a":"<redacted:)"));
    const auto a = body.substr(body.find("<redacted"), 43), rest = body.substr(body.find("\"b\""));
    EXPECT_THAT(rest, HasSubstr(R"("b":")" + a));
    EXPECT_THAT(rest, Not(HasSubstr(R"("c":")" + a)));
    EXPECT_EQ(redacted_body(kSecrets, body, hashing), body);
}

TEST(Standard, A_body_with_more_secrets_than_can_be_remembered_goes_whole) {
    Request request{.uri = kSecrets};
    request.body = R"({"data":{"a":")"
                   "1\"";
    for (int i = 0; i < 20'000; ++i) request.body += ",\"k\":\"v\"";
    request.body += "}}";
    const auto redacted = redact(request);
    EXPECT_EQ(redacted.body, "");
    EXPECT_THAT(redacted.removed, ElementsAre("/requestObject"));
}

TEST(Standard, A_body_that_is_not_json_rejects_its_event_alone) {
    Request request;
    request.body = R"({"data":{"a":01}})";
    EXPECT_EQ(redact(request).record, "");
}

}  // namespace
}  // namespace auditfwd::testing
