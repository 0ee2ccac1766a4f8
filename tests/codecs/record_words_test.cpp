#include "codecs/record_words.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace auditfwd {
namespace {

constexpr std::string_view kRecord =
    R"({"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Request","auditID":"id-\"1\"","verb":"create",)"
    R"("user":{"groups":["username\":","b"],"username":"eve","extra":{"username":["x"]}},"sourceIPs":["10.0.0.1"],)"
    R"("objectRef":{"resource":"pods","namespace":"kube/sys tem","name":"p"},"responseStatus":{"code":201},)"
    R"("requestObject":{"auditfwd":{"cluster":"forged"},"t":",\"auditfwd\":{\"cluster\":\"forged\"}}"},)"
    R"("auditfwd":{"cluster":"prod-1","source":"webhook","detections":["A, b","C"],"part":{"n":2,"of":3,"id":"00"}}})";

RecordView view(std::string_view json) {
    return {Offset{7}, json, {.level = Level::kRequest, .priority = Priority::kNotice}};
}

WordSet all_words() {
    WordSet words;
    for (std::size_t i = 0; i < kRecordWords; ++i) words.add(static_cast<RecordWord>(i));
    return words;
}

TEST(RecordWords, Are_found_wherever_they_stand) {
    const RecordWords words{view(kRecord), all_words()};
    EXPECT_EQ(words[RecordWord::kAuditId], R"(id-\"1\")");
    EXPECT_EQ(words[RecordWord::kVerb], "create");
    EXPECT_EQ(words[RecordWord::kUser], "eve");
    EXPECT_EQ(words[RecordWord::kNamespace], "kube/sys tem");
    EXPECT_EQ(words[RecordWord::kResource], "pods");
    EXPECT_EQ(words[RecordWord::kClusterName], "prod-1");
    EXPECT_EQ(words[RecordWord::kSource], "webhook");
    EXPECT_EQ(words[RecordWord::kDetections], R"(["A, b","C"])");
    EXPECT_EQ(words[RecordWord::kPart], R"({"n":2,"of":3,"id":"00"})");
    EXPECT_EQ(words[RecordWord::kLevel], "Request");
    EXPECT_EQ(words[RecordWord::kPriority], "Notice");
}

TEST(RecordWords, A_text_cut_anywhere_is_no_danger) {
    for (std::size_t bytes = 0; bytes < kRecord.size(); ++bytes) {
        const std::string cut{kRecord.substr(0, bytes)};  // its own memory, so that a sanitizer sees reading on
        const RecordWords words{view(cut), all_words()};
        EXPECT_LE(words[RecordWord::kAuditId].size(), bytes);
    }
}

TEST(RecordWords, Are_plain_text_in_keys) {
    std::string buffer;
    EXPECT_EQ(plain_text(R"(id-\"1\")", 100, buffer), "id-\"1\"");
    EXPECT_EQ(plain_text(R"(\u00e4\n)", 100, buffer), "\xc3\xa4\n");
    EXPECT_EQ(plain_text("abcdef", 3, buffer), "abc");
    EXPECT_EQ(plain_text("", 3, buffer), "");
}

TEST(RecordWords, Texts_of_a_list_are_seen_one_by_one) {
    std::vector<std::string> seen;
    const auto see = [&](std::string_view text) {
        seen.emplace_back(text);
        return text == "stop";
    };
    EXPECT_FALSE(any_text(R"(["a","b \"c\"","\\"])", see));
    EXPECT_EQ(seen, (std::vector<std::string>{"a", R"(b \"c\")", R"(\\)"}));
    EXPECT_TRUE(any_text(R"(["stop","b"])", see));
    for (const auto cut : {"", "[", "[\"", "[\"a", "[\"a\\"}) EXPECT_FALSE(any_text(cut, see)) << cut;
}

}  // namespace
}  // namespace auditfwd
