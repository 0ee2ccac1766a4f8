#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "forwarder/policy/document.h"
#include "tests/policy/loading_support.h"

namespace auditfwd {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

// The document written out again, types visible.
std::string shown(const Document& document, NodeId id) {
    const auto& node = document.at(id);
    std::string out;
    switch (node.kind) {
        case Node::Kind::kString:
            return "'" + node.text + "'";
        case Node::Kind::kSequence:
            for (const auto child : node.children) out += shown(document, child) + ",";
            return "[" + out + "]";
        case Node::Kind::kMapping:
            for (std::size_t i = 0; i < node.children.size(); ++i)
                out += shown(document, node.children[i]) + (i % 2 ? "," : ":");
            return "{" + out + "}";
        default:
            return node.text;
    }
}

std::string read(std::string_view text) {
    try {
        const auto document = read_json(text);
        return shown(document, document.root);
    } catch (const DocumentError& error) {
        return "line " + std::to_string(error.line);
    }
}

TEST(Json, Reads_every_kind_of_value) {
    EXPECT_EQ(read(R"( {"a" : null , "b":[true,false,[],{}],"c":-0.5e+10} )"),
              "{'a':null,'b':[true,false,[],{},],'c':-0.5e+10,}");
    EXPECT_EQ(read("{}"), "{}");
    EXPECT_EQ(read(R"({"a":1,"a":2})"), "{'a':1,'a':2,}") << "duplicates are kept";
    EXPECT_EQ(read("{\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u20AC\\ud83d\\uDE00\\u0041\":0}"),
              "{'\"\\/\b\f\n\r\t\u00e9\u20ac\xF0\x9F\x98\x80"
              "A':0,}");
}

TEST(Json, Refuses_everything_else_with_its_line) {
    for (const std::string_view text : {"{\n\"a\":01}",
                                        "{\n\"a\":1.}",
                                        "{\n\"a\":.5}",
                                        "{\n\"a\":+1}",
                                        "{\n\"a\":1e}",
                                        "{\n\"a\":-}",
                                        "{\n\"a\":tru}",
                                        "{\n\"a\":'b'}",
                                        "{\n\"a\":1,}",
                                        "{\n\"a\":[1,]}",
                                        "{\n,}",
                                        "{\n\"a\" 1}",
                                        "{\na:1}",
                                        "{\n\"a\":1}}",
                                        "{\n\"a\":1} x",
                                        "{\n\"a\":1",
                                        "{\n\"a",
                                        "{\n\"a\":[1}",
                                        "{\n\"a\":\"\\x\"}",
                                        "{\n\"a\":\"\\u12g4\"}",
                                        "{\n\"a\":\"\\ud800\"}",
                                        "{\n\"a\":\"\\udc00\"}",
                                        "{\n\"a\":\"\\ud800\\u0041\"}",
                                        "{\n\"a\":\"\t\"}",
                                        "{\n\"a\":NaN}",
                                        "{\n// c\n}",
                                        "{\n\"a\":\"\\u00",
                                        "{\n\"a\":1 2}",
                                        "{\n]",
                                        "{\n\"\\u001\xC3\xA9\":1}"}) {
        EXPECT_EQ(read(text), "line 2") << text;
    }
}

TEST(Json, Is_what_begins_with_a_brace_and_then_has_to_be_strict) {
    const auto error = [](std::string_view text) { return load_outcome(text).errors; };
    EXPECT_THAT(error("\n {apiVersion: audit.k8s.io/v1}"),
                ElementsAre(StartsWith("p.yaml:2: not JSON, as a file beginning with { has to be")));
    EXPECT_THAT(error("{\"apiVersion\":\"audit.k8s.io/v1\", // c\n\"rules\":[{\"level\":\"None\"}]}"),
                ElementsAre(StartsWith("p.yaml:1: not JSON")));
    EXPECT_THAT(error("{\"a\":\"\xFF\"}"), ElementsAre(StartsWith("p.yaml:1: not UTF-8")));
}

}  // namespace
}  // namespace auditfwd
