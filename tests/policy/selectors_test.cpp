#include "forwarder/policy/selectors.h"

#include <gtest/gtest.h>

#include <vector>

#include "forwarder/policy/label_selector.h"
#include "forwarder/policy/syntax.h"

namespace auditfwd {
namespace {

std::string name_in(std::string_view query) {
    ScratchText scratch;
    return std::string{selector_name(query, scratch)};
}

struct Case {
    std::string_view query;
    std::string_view name;
};

void expect_names(const std::vector<Case>& cases) {
    for (const auto& [query, name] : cases) EXPECT_EQ(name_in(query), name) << query;
}

TEST(SelectorName, Is_what_the_field_selector_demands_of_metadata_name) {
    expect_names({
        {"fieldSelector=metadata.name=web", "web"},
        {"fieldSelector=metadata.name==web", "web"},
        {"fieldSelector=metadata.name%3Dweb", "web"},
        {"watch=true&fieldSelector=metadata.name%3Dweb&resourceVersion=7", "web"},
        {"fieldSelector=spec.nodeName=n1,metadata.name=web", "web"},
        {"fieldSelector=,,metadata.name=web,", "web"},
        {"fieldSelector=metadata.name!=web", ""},
        {"fieldSelector=metadata.namespace=web", ""},
        {"fieldSelector=Metadata.name=web", ""},
        {"fieldSelector=metadata.name=", ""},
        {"fieldSelector=", ""},
        {"fieldSelector", ""},
        {"", ""},
    });
}

TEST(SelectorName, Trims_no_blanks) {
    expect_names({{"fieldSelector=metadata.name%20=web", ""}, {"fieldSelector=metadata.name=+web", " web"}});
}

TEST(SelectorName, Is_that_of_the_first_term_in_byte_order) {
    expect_names({
        {"fieldSelector=metadata.name=b,metadata.name=a", "a"},
        {"fieldSelector=metadata.name=a,metadata.name=b", "a"},
        {"fieldSelector=metadata.name=a,metadata.name==z", "z"},
        {"fieldSelector=metadata.name!=a,metadata.name=b", "b"},
    });
}

TEST(SelectorName, Unescapes_backslash_comma_and_equals_sign_only) {
    expect_names({
        {R"(fieldSelector=metadata.name=a\,b)", "a,b"},
        {R"(fieldSelector=metadata.name=a\=b)", "a=b"},
        {R"(fieldSelector=metadata.name=a\\b)", R"(a\b)"},
        {R"(fieldSelector=metadata.name=a\x)", ""},
        {R"(fieldSelector=metadata.name=a\)", ""},
        {"fieldSelector=metadata.name=a=b", ""},
        {"fieldSelector=metadata.name===b", ""},
        {R"(fieldSelector=metadata.name=a,x=b\c)", ""},
    });
}

TEST(SelectorName, Is_none_where_it_could_not_stand_in_a_path) {
    expect_names({
        {"fieldSelector=metadata.name=.", ""},
        {"fieldSelector=metadata.name=..", ""},
        {"fieldSelector=metadata.name=...", "..."},
        {"fieldSelector=metadata.name=a%2Fb", ""},
        {"fieldSelector=metadata.name=a%25b", ""},
    });
}

TEST(SelectorName, Is_none_when_any_parameter_that_is_parsed_is_malformed) {
    expect_names({
        {"fieldSelector=metadata.name=web&labelSelector=app%3Dshop", "web"},
        {"fieldSelector=metadata.name=web&labelSelector=!!", ""},
        {"fieldSelector=metadata.name=web,nonsense", ""},
        {"fieldSelector=metadata.name=web&limit=500", "web"},
        {"fieldSelector=metadata.name=web&limit=-5", "web"},
        {"fieldSelector=metadata.name=web&limit=%2B5", "web"},
        {"fieldSelector=metadata.name=web&limit=", ""},
        {"fieldSelector=metadata.name=web&limit=1_0", ""},
        {"fieldSelector=metadata.name=web&limit=+1", ""},
        {"fieldSelector=metadata.name=web&limit=9223372036854775808", ""},
        {"fieldSelector=metadata.name=web&timeoutSeconds=x", ""},
        {"fieldSelector=metadata.name=web&timeoutSeconds=30", "web"},
        {"fieldSelector=metadata.name=web&watch=maybe&resourceVersion=x&sendInitialEvents=x", "web"},
        {"fieldSelector=metadata.name=web&LIMIT=x", "web"},
    });
}

TEST(SelectorName, Takes_the_first_value_and_drops_pairs_that_do_not_decode) {
    expect_names({
        {"fieldSelector=metadata.name=a&fieldSelector=metadata.name=b", "a"},
        {"fieldSelector=metadata.name=a%zz&fieldSelector=metadata.name=b", "b"},
        {"fieldSelector=metadata.name=a;x&fieldSelector=metadata.name=b", "b"},
        {"limit=5&limit=x&fieldSelector=metadata.name=a", "a"},
        {"limit=x&limit=5&fieldSelector=metadata.name=a", ""},
        {"field%53elector=metadata.name=a", "a"},
        {"fieldselector=metadata.name=a", ""},
        {"%zz=1&fieldSelector=metadata.name=a", "a"},
        {"&&fieldSelector=metadata.name=a&", "a"},
    });
}

TEST(SelectorName, Is_none_in_a_query_of_more_than_10000_parameters) {
    const std::string selector = "fieldSelector=metadata.name=a";
    std::string query = selector;
    for (int i = 1; i < 10'000; ++i) query += "&";
    EXPECT_EQ(name_in(query), "a");
    EXPECT_EQ(name_in(query + "&"), "");
}

TEST(SelectorName, Is_asked_for_in_lists_and_watches_without_a_name_alone) {
    const auto asked = [](std::string_view uri, std::string_view verb) {
        ScratchText scratch;
        return name_may_be_selected(*parse_request_uri(uri, scratch), verb);
    };
    EXPECT_TRUE(asked("/api/v1/pods?fieldSelector=x", "list"));
    EXPECT_TRUE(asked("/api/v1/pods?fieldSelector=x", "watch"));
    EXPECT_FALSE(asked("/api/v1/pods?fieldSelector=x", "deletecollection"));
    EXPECT_FALSE(asked("/api/v1/pods?fieldSelector=x", "create"));
    EXPECT_FALSE(asked("/api/v1/pods/p?fieldSelector=x", "watch"));
    EXPECT_FALSE(asked("/api/v1/watch/pods?fieldSelector=x", "watch"));
    EXPECT_FALSE(asked("/healthz?fieldSelector=x", "list"));
}

TEST(LabelSelector, Accepts_what_the_API_server_accepts) {
    for (const std::string_view text : {"",
                                        " ",
                                        "app",
                                        "!app",
                                        "app=web",
                                        "app==web",
                                        "app!=web",
                                        "app=",
                                        "app=,tier",
                                        "app in (a,b)",
                                        "app in ()",
                                        "app in (,)",
                                        "app in (,,a)",
                                        "app in (a,)",
                                        "app notin (a)",
                                        "in",
                                        "in in (in,notin)",
                                        "notin=in",
                                        "example.com/app=a.b_c-D",
                                        "a>1",
                                        "a<3",
                                        " app = web , tier in ( a , b ) ",
                                        "\ta\n"}) {
        EXPECT_TRUE(is_label_selector(text)) << text;
    }
}

TEST(LabelSelector, Refuses_what_the_API_server_refuses) {
    for (const std::string_view text : {",",
                                        "a,",
                                        ",a",
                                        "!",
                                        "!!a",
                                        "!a=b",
                                        "=a",
                                        "a b",
                                        "a in",
                                        "a in a",
                                        "a in (a",
                                        "a in (a b)",
                                        "a in (a,(b))",
                                        "a in (a)b",
                                        "a=b=c",
                                        "a===b",
                                        "a>x",
                                        "a>",
                                        "a>1x",
                                        "a=-",
                                        "a=b-",
                                        "/a",
                                        "a/",
                                        "a/b/c",
                                        "A.com/a",
                                        "a=(b)",
                                        "a>9223372036854775808",
                                        "ü",
                                        "a=ü",
                                        ")"}) {
        EXPECT_FALSE(is_label_selector(text)) << text;
    }
}

TEST(LabelSelector, Bounds_keys_and_values) {
    const std::string longest(63, 'x');
    EXPECT_TRUE(is_label_selector(longest + "=" + longest));
    EXPECT_FALSE(is_label_selector(longest + "x"));
    EXPECT_FALSE(is_label_selector("a=" + longest + "x"));
}

TEST(LabelSelector, Ends_at_a_NUL_that_stands_alone) {
    EXPECT_TRUE(is_label_selector(std::string_view{"a \0!!", 5}));
    EXPECT_TRUE(is_label_selector(std::string_view{"a\0,b", 4}));
    EXPECT_FALSE(is_label_selector(std::string_view{"a\0b", 3}));
}

TEST(Syntax, A_subdomain_is_lower_case_labels_between_dots) {
    for (const std::string_view text : {"a", "apps", "rbac.authorization.k8s.io", "0", "a-b.c-d", "a--b"}) {
        EXPECT_TRUE(is_dns_subdomain(text)) << text;
    }
    for (const std::string_view text :
         {"", ".", "a.", ".a", "a..b", "-a", "a-", "a.-b", "Apps", "apps/v1", "a_b", "ü"}) {
        EXPECT_FALSE(is_dns_subdomain(text)) << text;
    }
    EXPECT_TRUE(is_dns_subdomain(std::string(253, 'a')));
    EXPECT_FALSE(is_dns_subdomain(std::string(254, 'a')));
}

}  // namespace
}  // namespace auditfwd
