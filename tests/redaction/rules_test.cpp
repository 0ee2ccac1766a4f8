// Rules of the user's own.
#include "forwarder/redaction/rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "forwarder/redaction/options.h"
#include "tests/redaction/support.h"

namespace auditfwd::testing {
namespace {

using ::testing::HasSubstr;

constexpr auto kUri = "/apis/example.com/v1/namespaces/shop/widgets";

std::string by(std::vector<std::string> rules, std::string_view body, std::string_view uri = kUri) {
    Redaction redaction;
    redaction.rules = RedactionRules{rules};
    return redacted_body(uri, body, redaction);
}

TEST(RedactionRules, Take_what_is_at_a_place_of_a_kind) {
    EXPECT_EQ(by({"Widget:/spec/a"}, R"({"kind":"Widget","spec":{"a":"x","b":"y"}})"),
              R"({"kind":"Widget","spec":{"a":"<redacted>","b":"y"}})");
    EXPECT_EQ(by({"Gadget:/spec/a"}, R"({"kind":"Widget","spec":{"a":"x"}})"), R"({"kind":"Widget","spec":{"a":"x"}})");
    EXPECT_EQ(by({"Widget:/spec/a"}, R"({"spec":{"a":{"b":[1,"x",true,null]}},"kind":"Widget"})"),
              R"({"spec":{"a":{"b":["<redacted>","<redacted>","<redacted>",null]}},"kind":"Widget"})");
}

TEST(RedactionRules, Take_what_is_at_a_place_of_a_resource_or_of_all) {
    EXPECT_EQ(by({"widgets:/spec/*/a~1b"}, R"({"spec":{"x":{"a/b":"1"},"y":[{"a/b":"2"}]}})"),
              R"({"spec":{"x":{"a/b":"<redacted>"},"y":[{"a/b":"2"}]}})");
    EXPECT_EQ(by({"*:/spec/*/a"}, R"({"spec":[{"a":"1"},{"a":"2","\u0061":"3"}]})"),
              R"({"spec":[{"a":"<redacted>"},{"a":"<redacted>","a":"<redacted>"}]})");
    EXPECT_EQ(by({"Widget:/spec/a"}, R"({"kind":"WidgetList","items":[{"spec":{"a":"1"}}]})"),
              R"({"kind":"WidgetList","items":[{"spec":{"a":"<redacted>"}}]})");
}

TEST(RedactionRules, Follow_json_patches) {
    EXPECT_EQ(
        by({"widgets:/spec/a"},
           R"([{"op":"add","path":"/spec/a/0","value":"x"},{"op":"add","path":"/spec","value":{"a":"y","b":"z"}},{"op":"add","path":"/status","value":"w"}])"),
        R"([{"op":"add","path":"/spec/a/0","value":"<redacted>"},{"op":"add","path":"/spec","value":{"a":"<redacted>","b":"z"}},{"op":"add","path":"/status","value":"w"}])");
}

TEST(RedactionRules, Take_what_is_at_a_place_of_the_event_and_say_when_a_policy_read_it) {
    Redaction redaction;
    redaction.rules = RedactionRules{{"/userAgent", "/objectRef/name", "/requestURI"}};
    Request request;
    request.more = R"(,"userAgent":"curl","objectRef":{"resource":"pods","name":"secret"})";
    const auto record = redact(request, redaction).record;
    EXPECT_THAT(record, HasSubstr(R"("userAgent":"<redacted>","objectRef":{"resource":"pods","name":"<redacted>"})"));
    EXPECT_THAT(record, HasSubstr(R"("requestURI":"<redacted>")"));
    EXPECT_THAT(record, HasSubstr(R"("masked":true)"));
}

TEST(RedactionRules, That_are_none_are_told) {
    for (const auto* right : {"/a", "*:/a", "Widget:/a/b~1c/*", "widgets:/spec"})
        EXPECT_FALSE(complain_of_rule(right)) << right;
    for (const auto* wrong : {"", "/", "a", "a:", "a:b", ":/a", "a b:/c", "/a~2", "/a~", "*:/{a,b}"})
        EXPECT_TRUE(complain_of_rule(wrong)) << wrong;
}

}  // namespace
}  // namespace auditfwd::testing
