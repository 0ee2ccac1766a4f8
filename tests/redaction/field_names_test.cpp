#include "forwarder/redaction/field_names.h"

#include <gtest/gtest.h>

#include <string>

namespace auditfwd {
namespace {

FieldName named(std::string content) {
    content.reserve(content.size() + 8);  // what is behind is readable
    return field_name(content);
}

TEST(FieldNames, Are_found_whatever_their_case) {
    EXPECT_EQ(named("kind"), FieldName::kKind);
    EXPECT_EQ(named("data"), FieldName::kData);
    EXPECT_EQ(named("DATA"), FieldName::kData);
    EXPECT_EQ(named("stringData"), FieldName::kStringData);
    EXPECT_EQ(named("StringDATA"), FieldName::kStringData);
    EXPECT_EQ(named("token"), FieldName::kToken);
    EXPECT_EQ(named("aws_secret_access_key"), FieldName::kToken);
    EXPECT_EQ(named("Authorization"), FieldName::kToken);
}

TEST(FieldNames, Are_found_behind_escapes_and_letters_that_fold) {
    EXPECT_EQ(named(R"(\u0064ata)"), FieldName::kData);
    EXPECT_EQ(named(R"(\u0044\u0041\u0054\u0041)"), FieldName::kData);
    EXPECT_EQ(named("to\u212aen"), FieldName::kToken);
    EXPECT_EQ(named(R"(to\u212Aen)"), FieldName::kToken);
    EXPECT_EQ(named("pa\u017f\u017fword"), FieldName::kToken);
    EXPECT_EQ(named(R"(\u017FtringData)"), FieldName::kStringData);
}

TEST(FieldNames, Others_are_others) {
    for (const auto* name :
         {"", "d", "dat", "datas", "name", "tokenExpirationSeconds", "passwordSecretRef", "dat\\u0062",
          "a-name-that-is-longer-than-any-that-is-known-here", "f:data", "k:{\\\"port\\\":80}"})
        EXPECT_EQ(named(name), FieldName::kOther) << name;
}

}  // namespace
}  // namespace auditfwd
