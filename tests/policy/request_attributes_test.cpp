#include "forwarder/policy/request_attributes.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <vector>

namespace auditfwd {
namespace {

// group|version|namespace|resource|subresource|name, or `path …`, or `unreadable`.
std::string attributes_of(std::string_view uri) {
    ScratchText scratch;
    const auto request = parse_request_uri(uri, scratch);
    if (!request) return "unreadable";
    if (!request->is_resource) return fmt::format("path {}", request->path);
    return fmt::format("{}|{}|{}|{}|{}|{}{}", request->group, request->version, request->in_namespace,
                       request->resource, request->subresource, request->name, request->legacy ? " legacy" : "");
}

struct Case {
    std::string_view uri;
    std::string_view expected;
};

void expect_all(const std::vector<Case>& cases) {
    for (const auto& [uri, expected] : cases) EXPECT_EQ(attributes_of(uri), expected) << uri;
}

TEST(RequestAttributes, Are_those_of_the_parts_of_the_path) {
    expect_all({
        {"/api/v1/pods", "|v1||pods||"},
        {"/api/v1/nodes/n1", "|v1||nodes||n1"},
        {"/api/v1/nodes/n1/status", "|v1||nodes|status|n1"},
        {"/api/v1/namespaces/shop/pods", "|v1|shop|pods||"},
        {"/api/v1/namespaces/shop/pods/web-0", "|v1|shop|pods||web-0"},
        {"/api/v1/namespaces/shop/pods/web-0/exec?command=sh", "|v1|shop|pods|exec|web-0"},
        {"/apis/apps/v1/deployments", "apps|v1||deployments||"},
        {"/apis/apps/v1/namespaces/shop/deployments/web/scale", "apps|v1|shop|deployments|scale|web"},
        {"/api/v1/namespaces/shop/services/web/proxy/a/b/c", "|v1|shop|services|proxy|web"},
    });
}

TEST(RequestAttributes, A_path_too_short_for_a_resource_is_none) {
    expect_all({
        {"/", "path /"},
        {"/api", "path /api"},
        {"/api/v1", "path /api/v1"},
        {"/api/v1/", "path /api/v1/"},
        {"/apis", "path /apis"},
        {"/apis/apps", "path /apis/apps"},
        {"/apis/apps/v1", "path /apis/apps/v1"},
        {"/apis/apps/v1/", "path /apis/apps/v1/"},
    });
}

TEST(RequestAttributes, Other_prefixes_and_other_case_are_paths) {
    expect_all({
        {"/healthz", "path /healthz"},
        {"/healthz/etcd?verbose", "path /healthz/etcd"},
        {"/API/v1/pods", "path /API/v1/pods"},
        {"/Apis/apps/v1/pods", "path /Apis/apps/v1/pods"},
        {"/apiserver/v1/pods", "path /apiserver/v1/pods"},
        {"/openapi/v2", "path /openapi/v2"},
        {"*", "path *"},
        {"/.", "path /."},
    });
}

TEST(RequestAttributes, Only_the_first_question_mark_divides_and_there_is_no_fragment) {
    expect_all({
        {"/metrics#top", "path /metrics#top"},
        {"/metrics?a?b#c", "path /metrics"},
        {"/api/v1/pods#f", "|v1||pods#f||"},
        {"/api/v1/pods?x=/namespaces/y", "|v1||pods||"},
        {"/api/v1/pods/?", "|v1||pods||"},
        {"/?", "path /"},
    });
    ScratchText scratch;
    EXPECT_EQ(parse_request_uri("/metrics?a?b", scratch)->query, "a?b");
}

TEST(RequestAttributes, The_path_is_decoded_before_it_is_divided) {
    expect_all({
        {"/api/v1/pods/a%2Fb", "|v1||pods|b|a"},
        {"/api%2Fv1%2Fpods", "|v1||pods||"},
        {"/api/v1/%70ods", "|v1||pods||"},
        {"/api/v1/namespaces/a%20b/pods/x+y", "|v1|a b|pods||x+y"},
        {"/api/v1/pods/%252F", "|v1||pods||%2F"},
        {"/health%7a", "path /healthz"},
        {"/api/v1/pods%2f", "|v1||pods||"},
        {"/%61pi/v1/pods", "|v1||pods||"},
        {"/api/v1/pods/%3Fq", "|v1||pods||?q"},
        {"/api/v1/pods/a%00b", std::string_view{"|v1||pods||a\0b", 14}},
    });
}

TEST(RequestAttributes, Slashes_at_both_ends_go_and_those_inside_stay) {
    expect_all({
        {"//api/v1/pods//", "|v1||pods||"},
        {"///", "path ///"},
        {"/api//pods", "|||pods||"},
        {"/apis//v1/pods", "|v1||pods||"},
        {"/api/v1//pods", "|v1||||pods"},
        {"/api/v1/namespaces/x//pods", "|v1|x|||pods"},
        {"/api/v1/namespaces//pods", "|v1||pods||"},
        {"/api/v1/namespaces//status", "|v1||namespaces|status|"},
        {"/api/v1/pods//log", "|v1||pods|log|"},
        {"/api/v1/./..", "|v1||.||.."},
        {"//healthz/", "path //healthz/"},
    });
}

TEST(RequestAttributes, A_namespace_is_its_own_namespace) {
    expect_all({
        {"/api/v1/namespaces", "|v1||namespaces||"},
        {"/api/v1/namespaces/shop", "|v1|shop|namespaces||shop"},
        {"/api/v1/namespaces/shop/status", "|v1|shop|namespaces|status|shop"},
        {"/api/v1/namespaces/shop/finalize", "|v1|shop|namespaces|finalize|shop"},
        {"/api/v1/namespaces/shop/finalize/more", "|v1|shop|namespaces|finalize|shop"},
        {"/api/v1/namespaces/shop/Status", "|v1|shop|Status||"},
        {"/api/v1/namespaces/shop/namespaces/other", "|v1|shop|namespaces||other"},
        {"/apis/x.io/v1/namespaces/shop/status", "x.io|v1|shop|namespaces|status|shop"},
    });
}

TEST(RequestAttributes, A_legacy_marker_counts_directly_behind_the_version) {
    expect_all({
        {"/api/v1/watch/pods", "|v1||pods|| legacy"},
        {"/api/v1/watch/namespaces/shop/pods/p/x", "|v1|shop|pods|x|p legacy"},
        {"/apis/apps/v1/watch/deployments", "apps|v1||deployments|| legacy"},
        {"/api/v1/proxy/nodes/n1/metrics", "|v1||nodes||n1 legacy"},
        {"/api/v1/proxy/namespaces/shop/pods/p/sub", "|v1|shop|pods||p legacy"},
        {"/api/v1/proxy/namespaces/shop/status", "|v1|shop|namespaces||shop legacy"},
        {"/api/v1/nodes/n/proxy/x", "|v1||nodes|proxy|n"},
        {"/api/v1/namespaces/shop/watch/p", "|v1|shop|watch||p"},
        {"/api/v1/watch/watch", "|v1||watch|| legacy"},
    });
}

TEST(RequestAttributes, What_no_API_server_can_have_served_is_unreadable) {
    expect_all({
        {"", "unreadable"},
        {"?x", "unreadable"},
        {"api/v1/pods", "unreadable"},
        {"http://host/api/v1/pods", "unreadable"},
        {"**", "unreadable"},
        {" /api", "unreadable"},
        {"/api/v1/pods/%", "unreadable"},
        {"/api/v1/pods/%4", "unreadable"},
        {"/api/v1/pods/%zz", "unreadable"},
        {"/api/v1/pods/%4g", "unreadable"},
        {"/healthz%", "unreadable"},
        {"/api/v1/watch", "unreadable"},
        {"/api/v1/proxy/", "unreadable"},
        {"/apis/apps/v1/watch", "unreadable"},
    });
}

TEST(RequestAttributes, A_bad_escape_in_the_query_is_the_query_s_own_business) {
    expect_all({{"/api/v1/pods?%zz", "|v1||pods||"}, {"/healthz?%", "path /healthz"}});
}

TEST(RequestAttributes, A_path_longer_than_the_room_on_the_stack_decodes_as_well) {
    const std::string name(5000, 'x');
    EXPECT_EQ(attributes_of("/api/v1/pods/%41" + name + "/log"), "|v1||pods|log|A" + name);
}

}  // namespace
}  // namespace auditfwd
