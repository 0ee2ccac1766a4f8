#include "forwarder/source/webhook/route.h"

#include <gtest/gtest.h>

namespace auditfwd {
namespace {

TEST(Route, Paths_of_events_give_their_cluster) {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"/", ""},
        {"/audit", ""},
        {"/?timeout=30s", ""},
        {"/audit?timeout=30s", ""},
        {"/audit/prod-1?timeout=30s", "prod-1"},
        {"/audit/A.b_c-9", "A.b_c-9"},
        {"/audit/" + std::string(128, 'x'), std::string(128, 'x')},
        {"http://host:9880/audit/prod-1", "prod-1"},
        {"https://host/", ""},
    };
    for (const auto& [target, cluster] : cases) {
        EXPECT_EQ(route("POST", target), Route{EventsFor{cluster}}) << target;
        for (const auto method : {"GET", "HEAD", "PUT", "OPTIONS", "post"}) {
            EXPECT_EQ(route(method, target), Route{WrongMethod{}}) << method << ' ' << target;
        }
    }
}

TEST(Route, Other_paths_are_unknown_whatever_the_method) {
    const std::vector<std::string> cases{
        "",           "*",          "/audit/",         "/audi",     "/audits",     "//",
        "/audit/a/b", "/audit/a b", "/audit/%61",      "/audit/..", "/audit/.",    "/../audit",
        "/Audit",     "/metrics",   "/audit/\xc3\xa4", "host:9880", "http://host", "/audit/" + std::string(129, 'x')};
    for (const auto& target : cases) {
        EXPECT_EQ(route("POST", target), Route{UnknownPath{}}) << target;
        EXPECT_EQ(route("GET", target), Route{UnknownPath{}}) << target;
    }
}

}  // namespace
}  // namespace auditfwd
