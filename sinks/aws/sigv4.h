// AWS Signature Version 4. Pure.
//
//   request ──▶ canonical request ──▶ string to sign ──▶ signature, as a header or inside the query
//
// Rules: "Signature Version 4 signing process" of AWS; tests/sinks/aws holds its published vectors, and asks botocore.
// Owner: whoever sends; one for each region and service. Thread: one at a time (it keeps the day's key).
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "forwarder/base/crypto.h"
#include "sinks/aws/credentials.h"

namespace auditfwd {

using NameValues = std::vector<std::pair<std::string, std::string>>;

// A request as it will be sent.
struct SigningRequest {
    std::string method;
    std::string host;            // with its port, unless that is the scheme's own
    std::string path = "/";      // encoded once, as on the request line
    NameValues query{};          // as meant, not encoded; write_query() gives the request line's form
    NameValues headers{};        // without Host
    std::string payload_hash{};  // in hex, or kUnsignedPayload
};

inline constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";

// How a service reads a path: S3 takes it as it is sent, all others normalise it and encode it once more.
enum class SigningPath { kAsSent, kEncodedAgain, kNormalized };

class Signer {
public:
    Signer(std::string region, std::string service, SigningPath path)
        : region_{std::move(region)}, service_{std::move(service)}, path_{path} {}

    enum class PayloadHeader { kYes, kNo };  // say the payload's hash in x-amz-content-sha256

    // Adds the headers x-amz-date, x-amz-security-token, x-amz-content-sha256 and authorization.
    void sign(SigningRequest& request, const AwsCredentials& credentials, WallTime now,
              PayloadHeader payload = PayloadHeader::kYes);
    // Adds to the query what makes a link of it that is good for `valid_for`. Headers the request has must be sent.
    void presign(SigningRequest& request, const AwsCredentials& credentials, WallTime now,
                 std::chrono::seconds valid_for);

    // What is hashed: for tests, and to compare with what a service says it made of a request.
    std::string canonical_request(const SigningRequest& request) const;

    const std::string& region() const { return region_; }

private:
    std::string scope(std::string_view day) const;
    std::string signature(const SigningRequest& request, const AwsCredentials& credentials, std::string_view date);
    const Sha256& key_of(const AwsCredentials& credentials, std::string_view day);

    const std::string region_;
    const std::string service_;
    const SigningPath path_;
    std::string key_secret_;  // what key_ was made of
    std::string key_day_;
    Sha256 key_{};
};

// Each byte but A-Z a-z 0-9 - . _ ~ (and '/', if it is to stay) as %XX.
std::string percent_encoded(std::string_view text, bool keep_slash = false);
// name=value&…, encoded, in the order given.
std::string write_query(const NameValues& query);
// "20150830T123600Z"
std::string amz_date(WallTime time);

}  // namespace auditfwd
