#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "codecs/fit.h"
#include "tests/codecs/plain_json.h"

namespace auditfwd {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Result {
    Fitted fitted;
    std::string text;
};

Result truncate(const std::string& record, std::size_t limit, std::string_view id = {}) {
    Fitter fitter{{.limit_bytes = limit, .oversize = Oversize::kTruncate}};
    const auto fitted = fitter.fit(record, id);
    Result result;
    if (!fitted) return result;
    result.fitted = *fitted;
    fitter.append(1, result.text);
    EXPECT_LE(result.text.size(), limit);
    EXPECT_TRUE(plain::valid(result.text));
    return result;
}

std::string padding(std::size_t bytes) { return '"' + std::string(bytes, 'p') + '"'; }

// Every step has 20,000 bytes to take.
std::string everything() {
    const auto p = padding(20'000);
    const auto object = [](const std::string& name, const std::string& pad) {
        return R"({"kind":"Pod","metadata":{"name":")" + name + R"(","managedFields":[)" + pad +
               R"(],"annotations":{"kubectl.kubernetes.io/last-applied-configuration":)" + pad +
               R"(,"a":"b"}},"spec":)" + pad + "}";
    };
    std::string items, addresses = "\"first\"", numbers = "[0";
    for (int i = 0; i < 10'000; ++i) numbers += ",0";
    numbers += ']';
    for (int i = 0; i < 400; ++i)
        items += (i == 0 ? "" : ",") + object("pod-" + std::to_string(i) + std::string(50, 'n'), padding(100));
    for (int i = 0; i < 2000; ++i) addresses += ",\"10.0.0.1\"";
    return R"({"kind":"Event","auditID":"id","stage":"ResponseComplete","verb":")" + std::string(20'000, 'v') +
           R"(","requestURI":"/api/v1/pods?)" + std::string(20'000, 'q') +
           R"(","user":{"username":"alice","groups":[)" + p + R"(],"extra":{"e":[)" + p + R"(]}},"userAgent":)" + p +
           R"(,"sourceIPs":[)" + addresses + R"(,"last"],"impersonatedUser":{"username":"bob","groups":[)" + p +
           R"(]},"objectRef":{"name":"n"},)" + R"("responseStatus":{"code":200,"message":)" + p +
           R"(},"requestObject":{"list":)" + numbers + ',' + object("request", p).substr(1) +
           R"(,"responseObject":{"rest":)" + p + R"(,"items":[)" + items +
           R"(]},"annotations":{"authorization.k8s.io/decision":"allow","x":)" + p + R"(},"new":)" + p +
           R"(,"auditfwd":{"cluster":"c","source":"s","detections":["d"],"outputs":[)" + p + "]}}";
}

TEST(FitCases, Steps_come_in_their_order_as_the_limit_falls) {
    const auto record = everything();
    ASSERT_TRUE(plain::valid(record));
    std::vector<FitStep> steps;
    for (auto limit = record.size() - 1; limit >= kFitLimitMin; limit -= limit / 100 + 1) {
        const auto step = truncate(record, limit).fitted.step;
        if (steps.empty() || steps.back() != step) steps.push_back(step);
    }
    std::vector<FitStep> all;
    for (std::size_t i = 1; i <= static_cast<std::size_t>(FitStep::kOurs); ++i) all.push_back(static_cast<FitStep>(i));
    EXPECT_EQ(steps, all);
}

TEST(FitCases, What_went_is_named_until_what_is_around_it_goes_too) {
    const auto record = everything();
    const auto removed = [&](std::size_t limit) {
        const auto text = truncate(record, limit).text;
        const auto begin = text.rfind("\"removed\":[") + 11;
        return text.substr(begin, text.find(']', begin) - begin);
    };
    const std::string managed = R"("/requestObject/metadata/managedFields")";
    const std::string applied =
        R"("/requestObject/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration")";
    EXPECT_EQ(removed(350'000), managed + ',' + applied + R"(,"/responseObject/items/*")");
    EXPECT_EQ(removed(290'000), managed + ',' + applied + R"(,"/responseObject/items/*","/responseObject/items")");
    EXPECT_EQ(removed(120'000),
              R"("/verb","/requestURI","/user/extra","/userAgent","/requestObject","/responseObject",)"
              R"("/annotations/*","/new")");
    EXPECT_EQ(removed(kFitLimitMin), R"("+13")");
}

TEST(FitCases, Of_items_their_names_stay_and_the_first_ones_longest) {
    const auto record = everything();
    const auto named = truncate(record, 350'000);
    EXPECT_EQ(named.fitted.step, FitStep::kItemDetails);
    EXPECT_THAT(named.text, HasSubstr("pod-399"));
    EXPECT_THAT(named.text, HasSubstr(R"("items":400)"));
    EXPECT_THAT(named.text, HasSubstr(R"("/responseObject/items/*")"));
    const auto few = truncate(record, 290'000);
    EXPECT_EQ(few.fitted.step, FitStep::kItems);
    EXPECT_THAT(few.text, HasSubstr("pod-1n"));
    EXPECT_THAT(few.text, Not(HasSubstr("pod-399")));
    EXPECT_THAT(few.text, HasSubstr(R"("items":400)"));
    EXPECT_GT(few.text.size(), 290'000u - 120) << "as many as fit";
    const auto none = truncate(record, 200'000);
    EXPECT_THAT(none.text, HasSubstr(R"("items":400)"));
    EXPECT_THAT(none.text, HasSubstr(R"("/responseObject")"));
}

TEST(FitCases, Padding_pushes_no_evidence_out) {
    const auto small = truncate(everything(), kFitLimitMin);
    for (const auto* kept :
         {R"("auditID":"id")", R"("stage":"ResponseComplete")", R"("username":"alice")", R"("name":"n")",
          R"("code":200)", R"("authorization.k8s.io/decision":"allow")", R"("detections":["d"])", R"("cluster":"c")"})
        EXPECT_THAT(small.text, HasSubstr(kept));
}

// The most that can be guaranteed, disguised besides.
TEST(FitCases, What_is_guaranteed_fits_into_the_smallest_limit_whatever_is_in_it) {
    const std::string hard(100'000, 'x');
    const auto name = [](const std::string& plain) {
        std::string out = "\"";
        constexpr char kHex[] = "0123456789abcdef";
        for (const char c : plain) ((out += "\\u00") += kHex[c >> 4]) += kHex[c & 15];
        return out + "\":";
    };
    const auto object = [&](const std::vector<std::string>& names) {
        std::string out;
        for (const auto& each : names) out += (out.empty() ? "{" : ",") + name(each) + '"' + hard + '"';
        return out + '}';
    };
    std::string detections;
    for (int i = 0; i < 40; ++i) detections += (i == 0 ? "[\"" : ",\"") + std::to_string(i) + hard + '"';
    auto record = object({"kind", "apiVersion", "level", "auditID", "stage", "verb", "requestReceivedTimestamp",
                          "stageTimestamp", "timestamp", "requestURI", "userAgent"});
    record.pop_back();
    record +=
        "," + name("user") + object({"username", "uid"}) + "," + name("objectRef") +
        object({"resource", "namespace", "name", "uid", "apiGroup", "apiVersion", "resourceVersion", "subresource"}) +
        "," + name("responseStatus") + "{" + name("code") + std::string(100'000, '1') + "}," + name("annotations") +
        object({"authorization.k8s.io/decision"}) + "," + name("auditfwd") +
        object({"cluster", "source", "peer", "decision", "priority"});
    record.pop_back();
    for (const auto* flag : {"rule", "repaired", "tooDeep", "unreadable", "unknownLevel", "tooManyParts", "items"})
        record += "," + name(flag) + std::string(1000, '1');
    record += "," + name("detections") + detections + "]}}";
    ASSERT_TRUE(plain::valid(record));

    Fitter fitter{
        {.limit_bytes = kFitLimitMin, .overhead_bytes = 512, .oversize = Oversize::kSplit, .parts_max = kPartsMax}};
    const auto fitted = fitter.fit(record, std::string(32, 'f') + "/18446744073709551615");
    ASSERT_TRUE(fitted);
    EXPECT_EQ(fitted->step, FitStep::kLast);
    for (std::uint32_t n = 1; n <= fitted->records; ++n) {
        std::string part;
        fitter.append(n, part);
        EXPECT_LE(part.size() + 512, kFitLimitMin);
        ASSERT_TRUE(plain::valid(part));
    }
}

TEST(FitCases, One_long_string_is_what_is_shortened) {
    const auto of = [](const std::string& members) {
        return R"({"auditID":"a","stage":"ResponseComplete",)" + members + R"("auditfwd":{"cluster":"c"}})";
    };
    const auto uri = truncate(of(R"("requestURI":"/api/v1/pods?)" + std::string(1'000'000, 'q') + "\","), 262'144);
    EXPECT_EQ(uri.fitted.step, FitStep::kUriQuery);
    EXPECT_THAT(uri.text, HasSubstr("\"requestURI\":\"/api/v1/pods?\u2026#"));
    const auto id =
        truncate(R"({"auditID":")" + std::string(1'000'000, 'i') + R"(","requestURI":"/x","userAgent":"u"})", 262'144);
    EXPECT_EQ(id.fitted.step, FitStep::kLongNames);
    EXPECT_THAT(id.text, HasSubstr("i\u2026#"));
    EXPECT_THAT(id.text, HasSubstr(R"("requestURI":"/x")"));
    EXPECT_THAT(id.text, HasSubstr(R"("userAgent":"u")"));
    EXPECT_THAT(id.text, HasSubstr(R"("auditfwd":{"removed":["/auditID"]})"));
}

TEST(FitCases, The_id_goes_where_our_member_is) {
    std::string out;
    append_with_id(out, R"({"auditID":"a","x":{"auditfwd":{"b":1}},"auditfwd":{"cluster":"c"}})", "i/1");
    EXPECT_EQ(out, R"({"auditID":"a","x":{"auditfwd":{"b":1}},"auditfwd":{"cluster":"c","id":"i/1"}})");
    out.clear();
    append_with_id(out, R"({"auditID":"a","auditfwd":{},"x":{"auditfwd":{"b":1}}})", "i/1");
    EXPECT_EQ(out, R"({"auditID":"a","auditfwd":{"id":"i/1"},"x":{"auditfwd":{"b":1}}})");
    out.clear();
    append_with_id(out, R"({"auditID":"a"})", "i/1");
    EXPECT_EQ(out, R"({"auditID":"a","auditfwd":{"id":"i/1"}})");
}

TEST(FitCases, What_is_no_object_is_refused) {
    Fitter fitter{{.limit_bytes = 100}};
    for (const auto& text : {std::string(200, ' '), '[' + padding(200) + ']', padding(200), "{\"a\":" + padding(200),
                             "{\"a\": " + padding(200) + "}", "{\"a\":\"\xff" + std::string(200, 'x') + "\"}",
                             "{\"a\":\"\\x" + std::string(200, 'x') + "\"}", "{\"a\":" + padding(200) + "}{}"}) {
        const auto fitted = fitter.fit(text);
        ASSERT_FALSE(fitted) << text;
        EXPECT_EQ(fitted.error().code, ErrorCode::kInvalid);
    }
}

}  // namespace
}  // namespace auditfwd
