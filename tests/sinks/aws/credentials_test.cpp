// Every way to credentials: found, obtained, renewed, refused. The double demands what AWS demands.
#include <gtest/gtest.h>

#include <fstream>

#include "sinks/aws/credential_answers.h"
#include "sinks/aws/credential_keeper.h"
#include "sinks/aws/process_output.h"
#include "tests/sinks/aws/fake_web.h"
#include "tests/support/fake_clock.h"
#include "tests/support/run_task.h"
#include "tests/support/temporary_directory.h"

namespace auditfwd {
namespace {

using namespace std::chrono_literals;
using testing::field_of;
using testing::reply;

std::string sts_answer(const std::string& action, const std::string& key, const std::string& expires) {
    return "<" + action + "Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><" + action +
           "Result><Credentials><AccessKeyId>" + key +
           "</AccessKeyId><SecretAccessKey>s+/=</SecretAccessKey>"
           "<SessionToken>t&amp;t</SessionToken><Expiration>" +
           expires + "</Expiration></Credentials></" + action + "Result></" + action + "Response>";
}

std::string json_answer(const std::string& key) {
    return R"({"Code":"Success","AccessKeyId":")" + key +
           R"(","SecretAccessKey":"s","Token":"t","Expiration":"2027-01-15T09:00:00Z"})";
}

class Credentials : public ::testing::Test {
protected:
    Result<Fetched> fetch(CredentialWish wish = {}) {
        CredentialFetcher fetcher{std::move(wish),
                                  "eu-west-1",
                                  {files, helper, clock,
                                   [this](std::string_view name) {
                                       const auto found = environment.find(name);
                                       return found == environment.end() ? std::string{} : found->second;
                                   },
                                   [this](const HttpEndpoint& endpoint) { return web.connect(endpoint); }}};
        return testing::run_task(context, fetcher.fetch());
    }

    std::string write(const std::string& name, const std::string& text) {
        std::ofstream{directory / name} << text;
        return (directory / name).string();
    }

    void serve_sts() {
        web.serve("sts.eu-west-1.amazonaws.com", [this](const HttpCall& call) -> Result<HttpReply> {
            EXPECT_EQ(call.method, "POST");
            EXPECT_EQ(call.target, "/");
            forms.emplace_back(call.body);
            const bool web_identity = call.body.find("Action=AssumeRoleWithWebIdentity&") == 0;
            // The one is never signed, the other always.
            EXPECT_EQ(field_of(call, "authorization").empty(), web_identity);
            const auto action = web_identity ? "AssumeRoleWithWebIdentity" : "AssumeRole";
            return reply(200, sts_answer(action, "ASIA" + std::to_string(forms.size()), "2027-01-15T09:00:00Z"));
        });
    }

    testing::TemporaryDirectory directory;
    SystemFileSystem files;
    HelperThread helper{"test"};
    testing::FakeClock clock;  // 2027-01-15T08:00:00Z
    testing::FakeWeb web;
    std::map<std::string, std::string, std::less<>> environment{{"AWS_EC2_METADATA_DISABLED", "true"}};
    std::vector<std::string> forms;
    asio::io_context context;
};

TEST_F(Credentials, Come_from_the_environment_before_all_else) {
    environment["AWS_ACCESS_KEY_ID"] = "AKIA";
    environment["AWS_SECRET_ACCESS_KEY"] = "secret";
    environment["AWS_SESSION_TOKEN"] = "token";
    environment["AWS_WEB_IDENTITY_TOKEN_FILE"] = "/nowhere";
    environment["AWS_ROLE_ARN"] = "arn:aws:iam::1:role/r";
    const auto found = fetch();
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->credentials.access_key, "AKIA");
    EXPECT_EQ(found->credentials.session_token, "token");
    EXPECT_FALSE(found->credentials.expires);
}

TEST_F(Credentials, Of_a_pod_with_a_role_come_from_its_token_which_is_read_each_time) {
    serve_sts();
    environment["AWS_ROLE_ARN"] = "arn:aws:iam::1:role/r";
    environment["AWS_WEB_IDENTITY_TOKEN_FILE"] = write("token", "first.jwt\n");
    // Pod Identity and instance metadata come after it.
    environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://169.254.170.23/v1/credentials";
    const auto found = fetch();
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->credentials.access_key, "ASIA1");
    EXPECT_EQ(found->credentials.secret_key, "s+/=");
    EXPECT_EQ(found->credentials.session_token, "t&t");
    EXPECT_EQ(found->credentials.expires, clock.wall() + 1h);
    EXPECT_EQ(found->from, "web identity");
    write("token", "second.jwt");
    ASSERT_TRUE(fetch());
    EXPECT_EQ(forms.at(0),
              "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr&"
              "RoleSessionName=auditfwd&WebIdentityToken=first.jwt");
    EXPECT_TRUE(forms.at(1).ends_with("WebIdentityToken=second.jwt"));
}

TEST_F(Credentials, Of_Pod_Identity_come_from_its_agent) {
    environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://169.254.170.23/v1/credentials";
    environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = write("token", "pod.jwt\n");
    web.serve("169.254.170.23", [](const HttpCall& call) -> Result<HttpReply> {
        if (call.target != "/v1/credentials" || field_of(call, "authorization") != "pod.jwt") return reply(401, "no");
        return reply(200, json_answer("ASIAPOD"));
    });
    const auto found = fetch();
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->credentials.access_key, "ASIAPOD");
    write("token", "two\nlines");
    EXPECT_EQ(fetch().error().code, ErrorCode::kInvalid);
    write("token", "wrong");
    EXPECT_NE(fetch().error().message.find("401"), std::string::npos);
}

TEST_F(Credentials, Are_not_asked_for_where_the_network_would_see_the_token) {
    for (const auto* url : {"http://10.0.0.1/x", "http://127.example.com/x", "http://metadata/x"}) {
        environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = url;
        EXPECT_EQ(fetch().error().code, ErrorCode::kInvalid) << url;
    }
    EXPECT_TRUE(web.calls.empty());
}

TEST_F(Credentials, Of_an_instance_come_with_a_session_of_the_metadata_service) {
    environment.erase("AWS_EC2_METADATA_DISABLED");
    const std::string roles = "/latest/meta-data/iam/security-credentials/";
    web.serve("169.254.169.254", [&](const HttpCall& call) -> Result<HttpReply> {
        if (call.method == "PUT" && call.target == "/latest/api/token" &&
            field_of(call, "x-aws-ec2-metadata-token-ttl-seconds") == "21600")
            return reply(200, "session");
        if (call.method != "GET" || field_of(call, "x-aws-ec2-metadata-token") != "session") return reply(401, "");
        if (call.target == roles) return reply(200, "node-role");
        return call.target == roles + "node-role" ? reply(200, json_answer("ASIANODE")) : reply(404, "");
    });
    const auto found = fetch();
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->credentials.access_key, "ASIANODE");
    EXPECT_EQ(found->from, "instance metadata");
}

TEST_F(Credentials, Name_the_hop_limit_when_no_metadata_service_answers) {
    environment.erase("AWS_EC2_METADATA_DISABLED");
    const auto found = fetch();
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, ErrorCode::kUnavailable);
    EXPECT_NE(found.error().message.find("hop limit"), std::string::npos);
}

TEST_F(Credentials, Of_a_profile_follow_its_roles_to_the_keys) {
    serve_sts();
    environment["AWS_CONFIG_FILE"] = write("config", R"(
# comment
[default]
region = us-east-2
[profile outer]
role_arn = arn:aws:iam::1:role/outer   ; comment
source_profile = inner
external_id = x/1
[profile inner]
role_arn=arn:aws:iam::1:role/inner
source_profile=base
role_session_name=me
nested =
  aws_access_key_id = WRONG
)");
    environment["AWS_SHARED_CREDENTIALS_FILE"] =
        write("credentials", "[base]\naws_access_key_id = AKIABASE\naws_secret_access_key = a#b\n");
    const auto found = fetch({.profile = "outer", .role_arn = "arn:aws:iam::1:role/last"});
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->from, "keys, role");
    ASSERT_EQ(forms.size(), 3u);
    EXPECT_NE(forms[0].find("role%2Finner&RoleSessionName=me"), std::string::npos);
    EXPECT_NE(forms[1].find("role%2Fouter&RoleSessionName=auditfwd&ExternalId=x%2F1"), std::string::npos);
    EXPECT_NE(forms[2].find("role%2Flast"), std::string::npos);
    EXPECT_EQ(found->credentials.access_key, "ASIA3");
}

TEST_F(Credentials, Of_a_profile_that_leads_nowhere_are_an_error_with_its_name) {
    environment["AWS_CONFIG_FILE"] = write("config", R"(
[profile a]
role_arn = arn:aws:iam::1:role/a
source_profile = b
[profile b]
role_arn = arn:aws:iam::1:role/b
source_profile = a
[profile c]
role_arn = arn:aws:iam::1:role/c
source_profile = gone
)");
    for (const auto* profile : {"a", "c", "absent"}) {
        const auto found = fetch({.profile = profile});
        ASSERT_FALSE(found);
        EXPECT_EQ(found.error().code, ErrorCode::kInvalid);
        EXPECT_NE(found.error().message.find('\''), std::string::npos) << found.error().message;
    }
}

TEST_F(Credentials, Come_from_a_process_that_a_profile_names) {
    environment["AWS_CONFIG_FILE"] =
        write("config",
              "[default]\ncredential_process = printf '{\"Version\":1,\"AccessKeyId\":\"%s\","
              "\"SecretAccessKey\":\"s\",\"SessionToken\":\"t\"}' AKIAPROC\n[profile bad]\n"
              "credential_process = echo secret-text; exit 3\n");
    const auto found = fetch();
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->credentials.access_key, "AKIAPROC");
    EXPECT_EQ(found->credentials.session_token, "t");
    const auto bad = fetch({.profile = "bad"});
    ASSERT_FALSE(bad);
    EXPECT_EQ(bad.error().message.find("secret-text"), std::string::npos);
}

TEST_F(Credentials, Of_a_process_do_not_wait_for_what_it_leaves_behind) {
    environment["AWS_CONFIG_FILE"] = write("config",
                                           "[default]\ncredential_process = (exec >/dev/null 2>&1; sleep 20) & echo '"
                                           "{\"AccessKeyId\":\"k\",\"SecretAccessKey\":\"s\"}'\n");
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_TRUE(fetch());
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
    // Nor for itself, when it does not end.
    const auto stays = process_output("exec >/dev/null; sleep 20", 100ms, 1000);
    EXPECT_FALSE(stays);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
}

TEST_F(Credentials, Are_asked_for_by_the_clock_of_STS_when_ours_is_wrong) {
    std::vector<std::string> dates;
    web.serve("sts.eu-west-1.amazonaws.com", [&](const HttpCall& call) -> Result<HttpReply> {
        dates.push_back(field_of(call, "x-amz-date"));
        if (dates.back() == "20270115T083000Z")
            return reply(200, sts_answer("AssumeRole", "ASIA1", "2027-01-15T09:00:00Z"));
        return reply(403, "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code></Error></ErrorResponse>",
                     {{"Date", "Fri, 15 Jan 2027 08:30:00 GMT"}});
    });
    environment["AWS_ACCESS_KEY_ID"] = "AKIA";
    environment["AWS_SECRET_ACCESS_KEY"] = "secret";
    const auto found = fetch({.role_arn = "arn:aws:iam::1:role/r"});
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(dates, (std::vector<std::string>{"20270115T080000Z", "20270115T083000Z"}));
}

TEST_F(Credentials, That_nobody_has_are_said_to_be_missing) {
    const auto found = fetch();
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, ErrorCode::kInvalid);
    EXPECT_TRUE(web.calls.empty());
}

TEST(StsAnswer, Tells_what_passes_from_what_does_not) {
    const auto refusal = [](unsigned status, const std::string& code) {
        return read_sts_answer(reply(status, "<ErrorResponse><Error><Code>" + code +
                                                 "</Code><Message>why</Message></Error></ErrorResponse>"))
            .error();
    };
    EXPECT_EQ(refusal(400, "IDPCommunicationError").code, ErrorCode::kUnavailable);
    EXPECT_EQ(refusal(500, "InternalFailure").code, ErrorCode::kUnavailable);
    EXPECT_EQ(refusal(403, "AccessDenied").code, ErrorCode::kInvalid);
    EXPECT_NE(refusal(403, "AccessDenied").message.find("AccessDenied: why"), std::string::npos);
    EXPECT_FALSE(read_sts_answer(reply(200, "")));
    EXPECT_FALSE(read_sts_answer(reply(200, sts_answer("AssumeRole", "k", "soon"))));
}

TEST(ParseTime, Reads_the_forms_AWS_writes) {
    const WallTime time{1'800'000'000s};
    EXPECT_EQ(parse_time("2027-01-15T08:00:00Z"), time);
    EXPECT_EQ(parse_time("2027-01-15T08:00:00.123Z"), time);
    EXPECT_EQ(parse_time("2027-01-15T10:30:00+02:30"), time);
    EXPECT_EQ(parse_time("2027-01-15T08:00:00+0000"), time);
    EXPECT_EQ(parse_http_date("Fri, 15 Jan 2027 08:00:00 GMT"), time);
    for (const auto* text : {"", "2027-01-15", "2027-13-15T08:00:00Z", "2027-01-15T25:00:00Z", "2027-01-15T08:00:00",
                             "2027-01-15T08:00:00+2"})
        EXPECT_FALSE(parse_time(text)) << text;
}

TEST(Freshness, Ages_a_quarter_of_an_hour_before_the_end_or_in_the_last_third) {
    const WallTime begin{1'800'000'000s};
    AwsCredentials credentials{"k", "s", "t", begin + 6h};
    EXPECT_EQ(freshness(credentials, begin, begin + 5h + 44min), Freshness::kFresh);
    EXPECT_EQ(freshness(credentials, begin, begin + 5h + 46min), Freshness::kAging);
    EXPECT_EQ(freshness(credentials, begin, begin + 6h - 29s), Freshness::kExpired);
    credentials.expires = begin + 3s;
    EXPECT_EQ(freshness(credentials, begin, begin + 1s), Freshness::kFresh);
    EXPECT_EQ(freshness(credentials, begin, begin + 2100ms), Freshness::kAging);
    EXPECT_EQ(freshness(credentials, begin, begin + 2800ms), Freshness::kExpired);
    credentials.expires.reset();
    EXPECT_EQ(freshness(credentials, begin, begin + 9000h), Freshness::kFresh);
}

class Keeper : public ::testing::Test {
protected:
    Task<Result<Fetched>> fetch() {
        co_await asio::post(use);
        ++fetches;
        if (broken) co_return Error{ErrorCode::kUnavailable, "broken"};
        Fetched made;
        made.credentials = {"k" + std::to_string(fetches), "s", "t", clock.wall() + 1h};
        co_return made;
    }
    Result<AwsCredentials> get() { return testing::run_task(context, keeper.get(0us)); }

    testing::FakeClock clock;
    asio::io_context context;
    int fetches = 0;
    bool broken = false;
    CredentialKeeper keeper{"test", [this] { return fetch(); }, clock, context.get_executor()};
};

TEST_F(Keeper, Fetches_once_for_all_who_ask_at_once) {
    int answered = 0;
    for (int i = 0; i < 5; ++i) {
        asio::co_spawn(context, keeper.get(0us), [&](std::exception_ptr, Result<AwsCredentials> found) {
            if (found && found->access_key == "k1") ++answered;
        });
    }
    context.run();
    EXPECT_EQ(answered, 5);
    EXPECT_EQ(fetches, 1);
}

TEST_F(Keeper, Renews_ahead_of_the_end_and_keeps_what_is_good_when_that_fails) {
    EXPECT_EQ(get()->access_key, "k1");
    testing::run_task(context, keeper.refresh_if_due());
    EXPECT_EQ(fetches, 1);
    clock.advance(50min);
    broken = true;
    testing::run_task(context, keeper.refresh_if_due());
    EXPECT_EQ(fetches, 2);
    EXPECT_EQ(get()->access_key, "k1");
    broken = false;
    testing::run_task(context, keeper.refresh_if_due());
    EXPECT_EQ(get()->access_key, "k3");
}

TEST_F(Keeper, Gives_no_expired_ones_and_says_why) {
    EXPECT_TRUE(get());
    clock.advance(1h);
    broken = true;
    ASSERT_FALSE(get());
    EXPECT_NE(get().error().message.find("broken"), std::string::npos);
    broken = false;
    EXPECT_TRUE(get());
}

TEST_F(Keeper, Fetches_others_when_the_service_refuses_these) {
    const auto first = *get();
    keeper.refused(first);
    const auto second = *get();
    EXPECT_NE(second.access_key, first.access_key);
    keeper.refused(first);  // an answer that comes late
    EXPECT_EQ(get()->access_key, second.access_key);
}

}  // namespace
}  // namespace auditfwd
