#include "sinks/kafka/topic_template.h"

#include <gtest/gtest.h>

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

std::string topic_of(std::string_view text, std::string_view json = kRecord) {
    const auto topic = TopicTemplate::parse(text).value();
    std::string name;
    topic.render(RecordWords{view(json), topic.words()}, name);
    return name;
}

TEST(TopicTemplate, Is_made_of_text_and_words) {
    EXPECT_EQ(topic_of("audit"), "audit");
    EXPECT_EQ(topic_of("audit-${cluster}.${verb}_x"), "audit-prod-1.create_x");
    EXPECT_EQ(topic_of("${priority}${level}"), "NoticeRequest");
}

TEST(TopicTemplate, Gives_only_what_a_topic_may_be_called) {
    EXPECT_EQ(topic_of("a-${namespace}"), "a-kube_sys_tem");
    EXPECT_EQ(topic_of("a-${namespace}", R"({"verb":"get"})"), "a-none");
    EXPECT_EQ(topic_of("${verb}", R"({"verb":".."})"), ".._");
    EXPECT_EQ(topic_of("${verb}", R"({"verb":")" + std::string(9000, 'v') + "\"}").size(), kTopicBytesMax);
}

TEST(TopicTemplate, Says_what_is_wrong_with_a_text) {
    for (const auto text : {"", ".", "..", "a b", "a$", "a${", "${who}", "a/b", "${cluster", "${}", "\xc3\xa4"})
        EXPECT_FALSE(TopicTemplate::parse(text)) << text;
    EXPECT_FALSE(TopicTemplate::parse(std::string(250, 'a')));
    EXPECT_TRUE(TopicTemplate::parse("audit")->fixed());
    EXPECT_FALSE(TopicTemplate::parse("${cluster}")->by_clients());
    EXPECT_TRUE(TopicTemplate::parse("${namespace}")->by_clients());
}

}  // namespace
}  // namespace auditfwd
