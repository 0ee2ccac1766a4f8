// JSON inside strings.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "codecs/json_text.h"
#include "tests/redaction/support.h"

namespace auditfwd::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto kUri = "/api/v1/namespaces/shop/configmaps";

std::string in_string(std::string_view text) {
    std::string out;
    append_quoted(out, text);
    return out;
}

TEST(Embedded, Last_applied_configuration) {
    const auto inner = R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"db"},"stringData":{"pw":"plain"}})";
    EXPECT_EQ(
        redacted_body(kUri, R"({"metadata":{"annotations":{"kubectl.kubernetes.io/last-applied-configuration":)" +
                                in_string(inner) + "}}}"),
        R"({"metadata":{"annotations":{"kubectl.kubernetes.io/last-applied-configuration":)" +
            in_string(
                R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"db"},"stringData":{"pw":"<redacted>"}})") +
            "}}}");
}

TEST(Embedded, Nested_three_times_and_with_blanks_around) {
    auto text = std::string{R"({"kind":"Secret","data":{"pw":"Yg=="}})"};
    auto expected = std::string{R"({"kind":"Secret","data":{"pw":"<redacted>"}})"};
    for (int i = 0; i < 3; ++i) {
        text = "  [" + in_string(text) + "]";
        expected = "  [" + in_string(expected) + "]";
    }
    EXPECT_EQ(redacted_body(kUri, "{\"a\":" + in_string(text) + "}"), "{\"a\":" + in_string(expected) + "}");
}

TEST(Embedded, A_string_in_a_string) {
    const auto secret = in_string(R"({"kind":"Secret","data":{"pw":"Yg=="}})");
    EXPECT_THAT(redacted_body(kUri, "{\"a\":" + in_string(secret) + "}"), Not(HasSubstr("Yg==")));
}

TEST(Embedded, Deeper_than_anybody_writes_goes_whole) {
    auto text = std::string{R"({"kind":"ConfigMap","data":{"pw":"Yg=="}})"};
    for (int i = 0; i < 6; ++i) text = "[" + in_string(text) + "]";
    const auto body = redacted_body(kUri, "{\"a\":" + in_string(text) + "}");
    EXPECT_THAT(body, Not(HasSubstr("Yg==")));
    EXPECT_THAT(body, HasSubstr("<redacted>"));
}

TEST(Embedded, What_cannot_be_parsed_goes_whole_if_it_may_hold_a_secret) {
    EXPECT_EQ(redacted_body(kUri, R"({"a":"{\"stringData\":{\"pw\":\"x\""})"), R"({"a":"<redacted>"})");
    EXPECT_EQ(redacted_body(kUri, R"({"a":"{{ .Values.name }}"})"), R"({"a":"{{ .Values.name }}"})");
    EXPECT_EQ(redacted_body(kUri, R"({"annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{\"a\":"}})"),
              R"({"annotations":{"kubectl.kubernetes.io/last-applied-configuration":"<redacted>"}})");
}

TEST(Embedded, What_holds_no_secret_stays_byte_for_byte) {
    Request request;
    request.body = R"({"a":"{\"b\" : \"\u0026\",\"c\":[1,2.50]}","d":"[x"})";
    EXPECT_THAT(redact(request).record, HasSubstr(request.body));
}

TEST(Embedded, Patches_in_annotations_of_the_event) {
    Request request;
    request.uri = kUri;
    request.more =
        R"(,"annotations":{"patch.webhook.admission.k8s.io/round_0_index_1":)" +
        in_string(
            R"({"configuration":"c","patch":[{"op":"add","path":"/spec/token","value":"x"},{"op":"add","path":"/metadata/annotations/a","value":"{\"kind\":\"Secret\",\"data\":{\"a\":\"deep\"}}"}],"patchType":"JSONPatch"})") +
        "}";
    const auto record = redact(request).record;
    EXPECT_THAT(record, HasSubstr(R"(\"path\":\"/spec/token\",\"value\":\"<redacted>\")"));
    EXPECT_THAT(record, Not(HasSubstr("deep")));
}

TEST(Embedded, Escapes_hide_no_json) {
    EXPECT_EQ(redacted_body(kUri, R"({"a":"\u007b\u0022stringData\":{\"pw\":\"x\"}}"})"),
              R"({"a":"{\"stringData\":{\"pw\":\"<redacted>\"}}"})");
    EXPECT_EQ(redacted_body(kUri, R"({"a":"{\"string\u0044ata\":{\"pw\":\"x\"}}"})"),
              R"({"a":"{\"stringData\":{\"pw\":\"<redacted>\"}}"})");
    EXPECT_EQ(redacted_body(kUri, R"({"a":"{\"string\\u0044ata\":{\"pw\":\"x\"}}"})"),
              R"({"a":"{\"string\\u0044ata\":{\"pw\":\"<redacted>\"}}"})");
}

}  // namespace
}  // namespace auditfwd::testing
