// Credentials recognised by their form, in any string of an event.
#include "forwarder/redaction/forms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "forwarder/redaction/form_scan.h"
#include "tests/redaction/support.h"

namespace auditfwd::testing {
namespace {

using ::testing::HasSubstr;

constexpr auto kUri = "/apis/example.com/v1/namespaces/shop/bundles";
const std::string kJwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl";

// A text as the only string of a body, redacted.
std::string in_body(std::string_view text) {
    const auto body = redacted_body(kUri, "{\"a\":\"" + std::string{text} + "\"}");
    return body.size() < 8 ? body : body.substr(6, body.size() - 8);
}

TEST(Forms, Json_web_tokens) {
    EXPECT_EQ(in_body("is " + kJwt + ", no?"), "is <redacted>, no?");
    EXPECT_EQ(in_body("eyJhbGciOiJSUzI1NiJ9"), "eyJhbGciOiJSUzI1NiJ9");
    EXPECT_EQ(in_body("keyJar.x.y eyJ eyJ. eyJabcdefgh."), "keyJar.x.y eyJ eyJ. eyJabcdefgh.");
}

TEST(Forms, Private_keys_in_pem_up_to_their_end) {
    EXPECT_EQ(in_body(R"(a -----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nb)"),
              R"(a <redacted>\nb)");
    EXPECT_EQ(in_body(R"(-----BEGIN PRIVATE KEY-----\nMIIE\n)"), "<redacted>");
    EXPECT_EQ(in_body(R"(-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----)"),
              R"(-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----)");
    EXPECT_EQ(in_body("LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQpNSUlFCi0tLS0tRU5EIFJTQSBQUklWQVRFIEtFWS0tLS0tCg=="),
              "<redacted>");
    EXPECT_EQ(in_body("LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUUK"), "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUUK");
}

TEST(Forms, Aws_keys) {
    EXPECT_EQ(in_body("key AKIAIOSFODNN7EXAMPLE."), "key <redacted>.");
    EXPECT_EQ(in_body("ASIAIOSFODNN7EXAMPLE"), "<redacted>");
    EXPECT_EQ(in_body("XAKIAIOSFODNN7EXAMPLE AKIAIOSFODNN7EXAMPLEX AKIA"),
              "XAKIAIOSFODNN7EXAMPLE AKIAIOSFODNN7EXAMPLEX AKIA");
    EXPECT_EQ(in_body("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
              "aws_secret_access_key = <redacted>");
    EXPECT_EQ(in_body(R"(AWS_SECRET_ACCESS_KEY\n  value: wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY)"),
              R"(AWS_SECRET_ACCESS_KEY\n  value: <redacted>)");
    EXPECT_EQ(
        redacted_body(
            kUri, R"({"env":[{"name":"AWS_SECRET_ACCESS_KEY","value":"nJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}]})"),
        R"({"env":[{"name":"AWS_SECRET_ACCESS_KEY","value":"<redacted>"}]})");
}

TEST(Forms, An_access_key_id_by_which_somebody_came_in_stays_in_user_extra_alone) {
    Request request;
    request.more =
        R"(,"impersonatedUser":{"username":"bob","extra":{"accessKeyId":["ASIAIOSFODNN7EXAMPLE"],"other":["ASIAIOSFODNN7EXAMPLE"]}})";
    EXPECT_THAT(redact(request).record, HasSubstr(R"("accessKeyId":["ASIAIOSFODNN7EXAMPLE"],"other":["<redacted>"])"));
}

TEST(Forms, Passwords_in_urls) {
    EXPECT_EQ(in_body("at https://bob:pw@example.com/x"), "at https://bob:<redacted>@example.com/x");
    EXPECT_EQ(in_body(R"(postgres://u:p\u0026w@db/x)"), "postgres://u:<redacted>@db/x");
    EXPECT_EQ(in_body(R"(https:\/\/bob:pw@example.com\/x)"), "<redacted>");  // escaped as nobody needs to
    EXPECT_EQ(in_body("https://ghp_token@github.com/x"), "https://<redacted>@github.com/x");
    EXPECT_EQ(in_body("ssh://git@github.com/x https://example.com:8080/a@b"),
              "ssh://git@github.com/x https://example.com:8080/a@b");
    EXPECT_EQ(in_body(R"(https://h/p?a=b\u0026token=abc\u0026c=d&sig=x#f)"),
              R"(https://h/p?a=b&token=<redacted>&c=d&sig=<redacted>#f)");
    EXPECT_EQ(in_body("https://u:p@h?next=http://k/?password=q"),
              "https://u:<redacted>@h?next=http://k/?password=<redacted>");
}

TEST(Forms, Between_a_url_and_its_parameters) {
    EXPECT_EQ(in_body("https://proxy/https://bob:pw@h/?token=x"),
              "https://proxy/https://bob:<redacted>@h/?token=<redacted>");
    EXPECT_EQ(in_body("https://h/AKIAIOSFODNN7EXAMPLE/?token=x&a=" + kJwt + "&sig=y end"),
              "https://h/<redacted>/?token=<redacted>&a=<redacted>&sig=<redacted> end");
    EXPECT_EQ(in_body("https://h/?u=https://bob:pw;token=x@host&a=b"), "https://h/?u=https://bob:<redacted>&a=b");
}

TEST(Forms, Behind_another_in_the_same_string_an_escape_hides_nothing) {
    EXPECT_EQ(in_body("Bearer abc123 "
                      R"(\u0065yJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2ln)"),
              "<redacted>");
}

TEST(Forms, Headers) {
    EXPECT_EQ(in_body("Authorization: Bearer abcdef"), "Authorization: Bearer <redacted>");
    EXPECT_EQ(in_body("bearer abc123, then"), "bearer <redacted>, then");
    EXPECT_EQ(in_body("the bearer token is invalid"), "the bearer token is invalid");
    EXPECT_EQ(in_body("Basic dXNlcjpwYXNz"), "Basic <redacted>");
    EXPECT_EQ(in_body("basic authentication"), "basic authentication");
    EXPECT_EQ(in_body("k8s-aws-v1.aHR0cHM6Ly9zdHMu"), "k8s-aws-v1.<redacted>");
}

TEST(Forms, Manifests_of_secrets_in_yaml_and_what_nobody_can_look_into) {
    EXPECT_EQ(in_body(R"(apiVersion: v1\nkind: Secret\ndata:\n  a: Yg==\n)"), "<redacted>");
    EXPECT_EQ(in_body(R"(kind: \"Secret\"\nstringData: {a: b})"), "<redacted>");
    EXPECT_EQ(in_body("kind: SecretStore"), "<redacted>");
    EXPECT_EQ(in_body(R"(kind: ConfigMap\ndata: {a: b})"), R"(kind: ConfigMap\ndata: {a: b})");
    EXPECT_EQ(in_body("H4sIAAAAAAAA" + std::string(64, 'A')), "<redacted>");
}

TEST(Forms, Escapes_hide_nothing) {
    EXPECT_EQ(in_body(R"(\u0065yJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2ln)"), "<redacted>");
    EXPECT_EQ(in_body(R"(Bearer\u0020abc123)"), "<redacted>");
    EXPECT_EQ(in_body(R"(\u002d\u002D---BEGIN RSA PRIVATE KEY-----x)"), "<redacted>");
    EXPECT_EQ(in_body(R"(harmless\u003d\u0061)"), "harmless=a");
}

TEST(Forms, Are_found_everywhere_in_an_event_keys_included) {
    Request request;
    request.body = R"({")" + kJwt + R"(":{"x":")" + kJwt + R"("}})";
    request.more = R"(,"userAgent":"curl )" + kJwt + R"(","responseStatus":{"code":403,"message":"no: )" + kJwt +
                   R"("},"annotations":{"a/b":")" + kJwt + R"("},"unheard":[")" + kJwt + R"("])";
    const auto redacted = redact(request);
    EXPECT_EQ(redacted.record.find("eyJ"), std::string::npos) << redacted.record;
    EXPECT_THAT(redacted.removed, ::testing::ElementsAre("/requestObject/*", "/requestObject/*/x", "/userAgent",
                                                         "/responseStatus/message", "/annotations/a~1b", "/unheard/*"));
}

TEST(Forms, More_than_can_be_remembered_take_their_member_with_them) {
    Request request;
    request.more = R"(,"annotations":{"a":")";
    for (int i = 0; i < 20'000; ++i) request.more += kJwt + ' ';
    request.more += R"("},"userAgent":")" + kJwt + '"';
    const auto redacted = redact(request);
    EXPECT_EQ(redacted.record.find("eyJ"), std::string::npos);
    EXPECT_EQ(redacted.record.find("\"annotations\""), std::string::npos);
    EXPECT_THAT(redacted.record, HasSubstr(R"("masked":true)"));
}

TEST(Forms, Policies_are_told_when_what_they_read_was_a_credential) {
    Request request;
    EXPECT_EQ(redact(request).record.find("masked"), std::string::npos);
    auto event = event_of(request);
    event.replace(event.find("alice"), 5, kJwt);
    EXPECT_THAT(redact(event).record, HasSubstr(R"("masked":true)"));
}

TEST(Forms, Every_kernel_finds_the_same_as_looking_at_each_byte) {
    std::mt19937_64 random{7};
    constexpr std::string_view kLetters = "eyJ-aw.KSLHIA40sc:/\\rRE_iC\"{[ u\x80\xff";
    for (int round = 0; round < 300; ++round) {
        std::string text(random() % 300, '\0');
        for (auto& c : text) c = kLetters[random() % kLetters.size()];
        const auto size = static_cast<std::uint32_t>(text.size());
        text.append(34, static_cast<char>(random() % 2 == 0 ? 'J' : '/'));
        std::vector<std::vector<std::uint32_t>> found;
        for (const auto& kernel : form_kernels()) {
            auto& positions = found.emplace_back();
            FormScan scan{text.data(), std::min(size, 1u), size, kernel};
            for (std::uint32_t at = 0; scan.next(at);) positions.push_back(at);
            EXPECT_EQ(positions, found[0]) << kernel.name << " " << text;
        }
    }
}

TEST(Forms, Texts_made_to_be_read_again_and_again_are_read_once) {
    for (const std::string_view piece :
         {"://", "?://a", "eyJ", "bearer+", "basic+", "LS0tLS1CRUdJTi", "-----BEGIN CERTIFICATE-----", "{\\n", " {",
          "\\u0065", "AKIA", "secret_access_key", "-----BEGIN PRIVATE KEY", "Secret", "token=", "eyJabcdefgh.", "\\\\",
          "http://u:@"}) {
        Request request;
        request.body = "{\"a\":\"";
        while (request.body.size() < 2'000'000) request.body += piece;
        request.body += "\"}";
        redact(request);  // quadratic would be minutes
    }
}

}  // namespace
}  // namespace auditfwd::testing
