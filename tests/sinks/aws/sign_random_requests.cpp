// Signs random requests and prints them with their signatures, for botocore_agrees.py to judge:
//
//   sign_random_requests COUNT SEED     one JSON line each; texts are in hex
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <random>

#include "sinks/aws/sigv4.h"

namespace auditfwd {
namespace {

using namespace std::chrono_literals;

class Chance {
public:
    explicit Chance(std::uint64_t seed) : random_{seed} {}

    std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>{0, n - 1}(random_); }

    std::string text(std::string_view alphabet, std::size_t bytes_min, std::size_t bytes_max) {
        std::string out(bytes_min + below(bytes_max - bytes_min + 1), ' ');
        for (auto& c : out) c = alphabet[below(alphabet.size())];
        return out;
    }

private:
    std::mt19937_64 random_;
};

constexpr std::string_view kName = "abcdefghijklmnopqrstuvwxyz0123456789-";
constexpr std::string_view kSecret = "ABCXYZabcxyz0189+/";
constexpr std::string_view kAnything = "azAZ09-._~ !\"#$%&'()*+,/:;<=>?@[]^`{|}";
constexpr std::string_view kPath = "azAZ09-._~ !$&'()*+,/:;=@%";
constexpr std::string_view kHeader = "azAZ09-._~ \t!#$&'()*+,/:;<=>?@[]^`{|}";

std::string hex(std::string_view text) {
    return to_hex({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

std::string hex(const NameValues& pairs) {
    std::string out;
    for (const auto& [name, value] : pairs)
        out += fmt::format("{}[\"{}\",\"{}\"]", out.empty() ? "" : ",", hex(name), hex(value));
    return '[' + out + ']';
}

void print_one(Chance& chance) {
    const bool s3 = chance.below(2) == 0;
    const bool presigned = chance.below(3) == 0;
    const AwsCredentials credentials{chance.text("ABCDEFGH0123", 16, 20), chance.text(kSecret, 40, 40),
                                     chance.below(2) == 0 ? chance.text(kSecret, 1, 300) : ""};
    const WallTime now{std::chrono::seconds{1'000'000'000 + static_cast<std::int64_t>(chance.below(2'000'000'000))}};
    SigningRequest request{.method = chance.below(2) == 0 ? "PUT" : "GET", .host = chance.text(kName, 3, 20) + ".test"};
    if (chance.below(4) == 0) request.host += ":8080";
    // S3 takes "." and "..", also in keys, as they are.
    request.path = '/' + percent_encoded(chance.text(kPath, 0, 40), true);
    for (auto n = chance.below(5); n > 0; --n)
        // No name twice: botocore keeps the last alone of a link.
        request.query.emplace_back(chance.text(kAnything, 0, 9) + std::to_string(n), chance.text(kAnything, 0, 20));
    for (auto n = chance.below(5); n > 0; --n)
        request.headers.emplace_back(fmt::format("X-Amz-Meta-{}{}", chance.text(kName, 1, 8), n),
                                     'x' + chance.text(kHeader, 0, 30) + 'x');
    if (chance.below(2) == 0) request.headers.emplace_back("User-Agent", "auditfwd");
    // botocore takes the body of a link for a form.
    const auto body = presigned ? std::string{} : chance.text(kAnything, 0, 200);
    const bool unsigned_payload = s3 && (presigned || chance.below(3) == 0);
    request.payload_hash = unsigned_payload ? std::string{kUnsignedPayload} : to_hex(sha256(body));
    const auto plain = request;
    const auto region = chance.text(kName, 2, 12);
    const std::string service = s3 ? "s3" : chance.text(kName, 2, 12);
    Signer signer{region, service, s3 ? SigningPath::kAsSent : SigningPath::kNormalized};
    std::string signature;
    const auto valid_for = 1s + std::chrono::seconds{static_cast<std::int64_t>(chance.below(604'800))};
    if (presigned) {
        signer.presign(request, credentials, now, valid_for);
        signature = request.query.back().second;
    } else {
        signer.sign(request, credentials, now);
        const auto& header = request.headers.back().second;
        signature = header.substr(header.rfind('=') + 1);
    }
    fmt::print(
        "{{\"s3\":{},\"presigned\":{},\"unsigned\":{},\"key\":\"{}\",\"secret\":\"{}\",\"token\":\"{}\",\"time\":{},"
        "\"method\":\"{}\",\"host\":\"{}\",\"path\":\"{}\",\"query\":{},\"headers\":{},\"body\":\"{}\",\"region\":"
        "\"{}\",\"service\":\"{}\",\"expires\":{},\"signature\":\"{}\"}}\n",
        s3, presigned, unsigned_payload, credentials.access_key, credentials.secret_key, credentials.session_token,
        std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count(), plain.method, plain.host,
        hex(plain.path), hex(plain.query), hex(plain.headers), hex(body), region, service, valid_for.count(),
        signature);
}

}  // namespace
}  // namespace auditfwd

int main(int count, char** arguments) {
    if (count != 3) return 2;
    auditfwd::Chance chance{std::strtoull(arguments[2], nullptr, 10)};
    for (auto n = std::strtoull(arguments[1], nullptr, 10); n > 0; --n) auditfwd::print_one(chance);
    return 0;
}
