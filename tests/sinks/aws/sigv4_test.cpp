#include "sinks/aws/sigv4.h"

#include <gtest/gtest.h>

#include "tests/sinks/aws/published_vectors.h"

namespace auditfwd {
namespace {

using namespace std::chrono_literals;
using testing::SigningVector;

const WallTime kNow{1'440'938'160s};  // 2015-08-30T12:36:00Z
const AwsCredentials kExample{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"};

std::string decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        out += static_cast<char>(std::stoi(std::string{text.substr(i + 1, 2)}, nullptr, 16));
        i += 2;
    }
    return out;
}

NameValues pairs(std::string_view text, char between, char inside) {
    NameValues found;
    while (!text.empty()) {
        const auto end = std::min(text.find(between), text.size());
        const auto one = text.substr(0, end);
        const auto equals = std::min(one.find(inside), one.size());
        found.emplace_back(one.substr(0, equals), one.substr(std::min(equals + 1, one.size())));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return found;
}

SigningRequest request_of(const SigningVector& vector) {
    SigningRequest request{.method = std::string{vector.method},
                           .host = "example.amazonaws.com",
                           .headers = pairs(vector.headers, '\n', ':'),
                           .payload_hash = to_hex(sha256(vector.body))};
    const auto question = vector.target.find('?');
    request.path = vector.target.substr(0, question);
    if (question != vector.target.npos) request.query = pairs(vector.target.substr(question + 1), '&', '=');
    for (auto& [name, value] : request.query) name = decoded(name);
    return request;
}

AwsCredentials credentials_of(const SigningVector& vector) {
    auto credentials = kExample;
    credentials.session_token = vector.session_token;
    return credentials;
}

Signer signer_of(const SigningVector& vector) {
    return Signer{"us-east-1", "service", vector.normalize ? SigningPath::kNormalized : SigningPath::kEncodedAgain};
}

TEST(Signer, Signs_the_published_requests_in_the_header) {
    for (const auto& vector : testing::kSigningVectors) {
        SCOPED_TRACE(vector.name);
        auto request = request_of(vector);
        signer_of(vector).sign(request, credentials_of(vector), kNow,
                               vector.say_hash ? Signer::PayloadHeader::kYes : Signer::PayloadHeader::kNo);
        ASSERT_EQ(request.headers.back().first, "authorization");
        EXPECT_TRUE(request.headers.back().second.ends_with("Signature=" + std::string{vector.as_header}))
            << request.headers.back().second;
    }
}

TEST(Signer, Signs_the_published_requests_in_the_query) {
    for (const auto& vector : testing::kSigningVectors) {
        SCOPED_TRACE(vector.name);
        auto request = request_of(vector);
        auto signer = signer_of(vector);
        signer.presign(request, credentials_of(vector), kNow, 3600s);
        EXPECT_EQ(request.query.back(), (std::pair<std::string, std::string>{"X-Amz-Signature", vector.in_query}))
            << signer.canonical_request(request);
    }
}

// AWS's documentation of S3, "Authenticating Requests: Using the Authorization Header", its first example.
TEST(Signer, Signs_the_documented_request_to_S3) {
    SigningRequest request{.method = "GET",
                           .host = "examplebucket.s3.amazonaws.com",
                           .path = "/test.txt",
                           .headers = {{"Range", "bytes=0-9"}},
                           .payload_hash = to_hex(sha256(""))};
    Signer signer{"us-east-1", "s3", SigningPath::kAsSent};
    signer.sign(request, {"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"},
                WallTime{1'369'353'600s});
    EXPECT_EQ(request.headers.back().second,
              "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
              "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
              "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST(Signer, Takes_a_new_key_when_the_day_or_the_secret_changes) {
    const auto signature = [](Signer& signer, const AwsCredentials& credentials, WallTime now) {
        SigningRequest request{.method = "GET", .host = "example.amazonaws.com", .payload_hash = to_hex(sha256(""))};
        signer.sign(request, credentials, now);
        return request.headers.back().second;
    };
    Signer kept{"us-east-1", "logs", SigningPath::kNormalized};
    auto other = kExample;
    other.secret_key += "x";
    for (const auto& [credentials, now] : {std::pair{kExample, kNow},
                                           {kExample, kNow + 12h},
                                           {other, kNow + 12h},
                                           {kExample, kNow + 12h},
                                           {kExample, kNow + 24h}}) {
        Signer fresh{"us-east-1", "logs", SigningPath::kNormalized};
        EXPECT_EQ(signature(kept, credentials, now), signature(fresh, credentials, now));
    }
}

TEST(Signer, Leaves_alone_what_others_change_on_the_way) {
    SigningRequest request{.method = "GET",
                           .host = "example.amazonaws.com",
                           .headers = {{"User-Agent", "x"}, {"Connection", "close"}, {"X-Amz-Meta-A", "1"}},
                           .payload_hash = std::string{kUnsignedPayload}};
    Signer signer{"us-east-1", "s3", SigningPath::kAsSent};
    signer.sign(request, kExample, kNow);
    EXPECT_NE(request.headers.back().second.find("SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-meta-a,"),
              std::string::npos);
}

TEST(AmzDate, Is_in_utc_without_punctuation) {
    EXPECT_EQ(amz_date(kNow), "20150830T123600Z");
    EXPECT_EQ(amz_date(WallTime{951'782'399s} + 999'999us), "20000228T235959Z");
}

}  // namespace
}  // namespace auditfwd
