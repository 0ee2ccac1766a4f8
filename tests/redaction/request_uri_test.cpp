#include "forwarder/redaction/request_uri.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/redaction/support.h"

namespace auditfwd::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string redacted_uri(const std::string& uri) {
    Request request;
    request.uri = uri;
    const auto record = redact(request).record;
    const auto begin = record.find("\"requestURI\":\"") + 14;
    return record.substr(begin, record.find('"', begin) - begin);
}

bool masked(const std::string& uri) {
    Request request;
    request.uri = uri;
    return redact(request).record.find("\"masked\":true") != std::string::npos;
}

TEST(RequestUri, Values_of_secret_bearing_parameters) {
    EXPECT_EQ(redacted_uri(R"(/api/v1/x?access_token=abc\u0026watch=true)"),
              R"(/api/v1/x?access_token=<redacted>\u0026watch=true)");
    EXPECT_EQ(redacted_uri("/api/v1/x?Token=abc&%74oken=def;password=g"),
              "/api/v1/x?Token=<redacted>&%74oken=<redacted>;password=<redacted>");
    EXPECT_EQ(redacted_uri("/x?command=a&token="), "/x?command=a&token=");
}

TEST(RequestUri, Credentials_by_their_form_however_often_encoded) {
    EXPECT_EQ(redacted_uri("/x?command=Bearer%20abc123&command=ls"), "/x?command=<redacted>&command=ls");
    EXPECT_EQ(redacted_uri("/x?u=https%253A%252F%252Fbob%253Apw%2540h"), "/x?u=<redacted>");
    EXPECT_EQ(redacted_uri("/x?u=%65yJhbGciOiJS.eyJzdWIiOi"), "/x?u=<redacted>");
    EXPECT_EQ(redacted_uri("/x?u=a&h=eyJhbGciOiJS.eyJzdWIiOi"), "/x?u=a&h=<redacted>");
    EXPECT_EQ(redacted_uri("/x?a%3Db"), "/x?a%3Db");
}

TEST(RequestUri, Credentials_in_names_and_over_separators) {
    EXPECT_EQ(redacted_uri("/x?AKIAIOSFODNN7EXAMPLE=1&token=abc"), "/x?<redacted>=1&token=<redacted>");
    EXPECT_EQ(redacted_uri("/x?token=abc&https://user:pass@host=1"), "/x?token=<redacted>&<redacted>=1");
    EXPECT_EQ(redacted_uri("/x?a=1&https%3A%2F%2Fuser:pass@host=1"), "/x?a=1&<redacted>=1");
    EXPECT_EQ(redacted_uri("/x?token=abc&a=https%3A//user:pa&b=ss@host"), "/x?<redacted>");
    EXPECT_EQ(redacted_uri("/x?a=https%3A//user:pa;ss@host"), "/x?<redacted>");
    EXPECT_TRUE(masked("/x?a=https%3A//user:pa&limit=ss@host"));
}

TEST(RequestUri, What_a_policy_reads_stays_unless_it_is_a_credential) {
    const auto uri =
        "/api/v1/"
        "pods?fieldSelector=metadata.name%3Dweb&labelSelector=app%3Dtoken&limit=5&timeoutSeconds=5&watch=1&token=x";
    EXPECT_EQ(redacted_uri(uri),
              "/api/v1/"
              "pods?fieldSelector=metadata.name%3Dweb&labelSelector=app%3Dtoken&limit=5&timeoutSeconds=5&watch=1&token="
              "<redacted>");
    EXPECT_FALSE(masked(uri));
    EXPECT_TRUE(masked("/api/v1/pods?labelSelector=a%3DeyJhbGciOiJS.eyJzdWIiOi"));
    EXPECT_EQ(redacted_uri("/api/v1/pods/eyJhbGciOiJS.eyJzdWIiOi/log"), "/api/v1/pods/<redacted>/log");
    EXPECT_TRUE(masked("/api/v1/pods/eyJhbGciOiJS.eyJzdWIiOi/log"));
    EXPECT_EQ(redacted_uri("/api/v1/nodes/n/proxy/%65yJhbGciOiJS.eyJzdWIiOi"), "/api/v1/nodes/n/proxy/<redacted>");
    EXPECT_EQ(redacted_uri("/proxy/https://bob:pw@h/x"), "/<redacted>");
}

TEST(RequestUri, Too_long_to_be_read_goes_whole) {
    Request request;
    request.uri = "/api/v1/x?a=\\\"" + std::string(200'000, 'a') + "&token=hunter2";
    EXPECT_THAT(redact(request).record, Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace auditfwd::testing
