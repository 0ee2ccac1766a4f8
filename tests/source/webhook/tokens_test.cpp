#include "forwarder/source/webhook/tokens.h"

#include <gtest/gtest.h>

#include "forwarder/source/webhook/authenticate.h"

namespace auditfwd {
namespace {

TEST(Tokens, Are_bound_to_the_clusters_of_their_line) {
    const auto table =
        TokenTable::parse("# who may send what\n\n  alpha-token prod-1,prod-2\r\nbeta\t*\n#gamma *\nlast x");
    ASSERT_TRUE(table) << table.error().message;
    EXPECT_EQ(table->size(), 3u);
    const auto* alpha = table->find("alpha-token");
    ASSERT_TRUE(alpha);
    EXPECT_TRUE(alpha->may_speak_for("prod-1"));
    EXPECT_TRUE(alpha->may_speak_for("prod-2"));
    EXPECT_FALSE(alpha->may_speak_for("prod-3"));
    EXPECT_FALSE(alpha->may_speak_for(""));
    ASSERT_TRUE(table->find("beta"));
    EXPECT_TRUE(table->find("beta")->may_speak_for("whatever"));
    EXPECT_TRUE(table->find("last"));
    for (const auto unknown : {"", "gamma", "alpha", "alpha-token2", "ALPHA-TOKEN", "#"}) {
        EXPECT_FALSE(table->find(unknown)) << unknown;
    }
}

TEST(Tokens, Have_labels_that_tell_them_apart_and_do_not_show_them) {
    const auto table = TokenTable::parse("alpha *\nbeta *\n");
    const auto a = table->find("alpha")->label;
    const auto b = table->find("beta")->label;
    EXPECT_NE(a, b);
    EXPECT_EQ(a.size(), std::string{"token-01234567"}.size());
    EXPECT_EQ(a.find("alpha"), std::string::npos);
    EXPECT_EQ(a, TokenTable::parse("alpha x")->find("alpha")->label) << "the same over restarts";
}

TEST(Tokens, A_wrong_file_names_the_line_and_never_the_token) {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"ok *\nsecret\n", "line 2"},
        {"secret a b\n", "line 1"},
        {"secret a, b\n", "line 1"},
        {"secret a,\n", "line 1"},
        {"secret *,a\n", "line 1"},
        {"secret a/b\n", "line 1"},
        {"s\xc3\xa9"
         "cret *\n",
         "line 1"},
        {"secret a\n\nsecret b\n", "line 3"},
        {"", "no token"},
        {"# secret *\n", "no token"},
    };
    for (const auto& [text, says] : cases) {
        const auto table = TokenTable::parse(text);
        ASSERT_FALSE(table) << text;
        EXPECT_EQ(table.error().code, ErrorCode::kInvalid);
        EXPECT_NE(table.error().message.find(says), std::string::npos) << table.error().message;
        EXPECT_EQ(table.error().message.find("cret"), std::string::npos) << table.error().message;
    }
}

TEST(Tokens, Are_bounded) {
    std::string text;
    for (int i = 0; i < 1001; ++i) text += "token" + std::to_string(i) + " *\n";
    EXPECT_FALSE(TokenTable::parse(text));
}

TEST(Tokens, Come_as_bearer_and_nothing_else) {
    EXPECT_EQ(bearer_token("Bearer abc"), "abc");
    EXPECT_EQ(bearer_token("bEARER   abc "), "abc");
    for (const auto other :
         {"", "Bearer", "Bearer ", "Bearer a b", "Basic abc", "Bearerabc", "abc", "Token abc", "\"Bearer\" a"}) {
        EXPECT_FALSE(bearer_token(other)) << other;
    }
}

TEST(Authenticate, Judges_by_token_and_certificate) {
    const auto tokens = TokenTable::parse("alpha prod-1\n").value();
    const auto verdict = [&](bool use_tokens, bool use_certificates, const char* authorization, TlsPeer peer) {
        HttpRequest request;
        request.authorization = authorization;
        request.peer = std::move(peer);
        const auto who = authenticate(request, {use_tokens ? &tokens : nullptr, use_certificates});
        if (const auto* failure = std::get_if<AuthFailure>(&who)) return std::string{to_string(*failure)};
        const auto& name = std::get<Peer>(who).name;
        return "as " + (name.starts_with("token-") ? "token" : name);
    };
    const TlsPeer none{}, named{true, "api-1"}, other{true, ""};
    EXPECT_EQ(verdict(false, false, "", none), "as ");
    EXPECT_EQ(verdict(false, false, "Bearer whatever", none), "as ");

    EXPECT_EQ(verdict(true, false, "", none), "missing");
    EXPECT_EQ(verdict(true, false, "Bearer alpha", none), "as token");
    EXPECT_EQ(verdict(true, false, "Bearer alphb", none), "unknown_token");
    EXPECT_EQ(verdict(true, false, "Basic alpha", none), "malformed");
    EXPECT_EQ(verdict(true, false, "", named), "missing") << "certificates are not asked for";

    EXPECT_EQ(verdict(false, true, "", none), "missing");
    EXPECT_EQ(verdict(false, true, "", named), "as api-1");
    EXPECT_EQ(verdict(false, true, "", other), "certificate_name");
    EXPECT_EQ(verdict(false, true, "Bearer alpha", none), "missing") << "tokens are not asked for";

    EXPECT_EQ(verdict(true, true, "", named), "as api-1");
    EXPECT_EQ(verdict(true, true, "Bearer alpha", none), "as token");
    EXPECT_EQ(verdict(true, true, "Bearer alpha", named), "as token");
    EXPECT_EQ(verdict(true, true, "Bearer wrong", named), "unknown_token") << "what is sent must be right";
}

}  // namespace
}  // namespace auditfwd
