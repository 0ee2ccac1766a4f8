#include "codecs/fit_order.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace auditfwd {
namespace {

FitRule event_rule(std::string key, char first) {
    return rule_of_member(FitPlace::kEvent, key, first, false, key.data() + key.size());
}

TEST(FitOrder, Every_member_has_a_place) {
    EXPECT_EQ(event_rule("auditID", '"').goes, FitStep::kNever);
    EXPECT_EQ(event_rule("requestObject", '[').goes, FitStep::kRequestObject);
    EXPECT_EQ(event_rule("responseObject", '{').goes, FitStep::kResponseObject);
    EXPECT_EQ(event_rule("nobodyKnows", '{').goes, FitStep::kUnknown);
    EXPECT_EQ(event_rule("AuditID", '"').goes, FitStep::kUnknown);
    EXPECT_EQ(event_rule("audit\\u0049D", '"').goes, FitStep::kNever);
    EXPECT_EQ(event_rule("", '"').goes, FitStep::kUnknown);
}

TEST(FitOrder, What_is_of_another_type_is_not_what_is_known) {
    for (const auto* name : {"auditID", "user", "objectRef", "responseStatus", "sourceIPs", "requestURI", "userAgent"})
        EXPECT_EQ(event_rule(name, '1').goes, FitStep::kUnknown) << name;
}

TEST(FitOrder, What_a_record_says_of_its_making_stays) {
    for (const std::string key :
         {"rule", "repaired", "tooDeep", "masked", "unreadable", "unknownLevel", "tooManyParts", "items"}) {
        const auto rule = rule_of_member(FitPlace::kOurs, key, 't', false, key.data() + key.size());
        EXPECT_EQ(rule.goes, FitStep::kNever) << key;
        EXPECT_EQ(name_of(FitPlace::kOurs, rule), key);
    }
}

TEST(FitOrder, Steps_have_different_names) {
    std::set<std::string_view> names;
    for (std::size_t i = 0; i <= kFitSteps; ++i) names.insert(to_string(static_cast<FitStep>(i)));
    EXPECT_EQ(names.size(), kFitSteps + 1);
}

}  // namespace
}  // namespace auditfwd
