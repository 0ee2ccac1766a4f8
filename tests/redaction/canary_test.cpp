// A secret of its own in every place where one was seen in audit events (README.md of the room has the same rows): none
// of them may be in what comes out, as far as the mode promises.
#include <gtest/gtest.h>

#include <fmt/format.h>
#include <zstd.h>

#include <bitset>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "codecs/json_text.h"
#include "forwarder/base/limits.h"
#include "forwarder/pipeline/pipeline.h"
#include "tests/redaction/support.h"

namespace auditfwd::testing {
namespace {

enum class From { kStandard, kStrict, kNever };  // the mildest mode that promises to take it

struct Row {
    int number;  // of the table in README.md
    From from;
    std::string uri;
    std::string body;  // % stands for the secret
    std::string response = {};
    std::string more = {};
};

std::string in_string(std::string_view text) {
    std::string out;
    append_quoted(out, text);
    return out;
}

const std::string kSecrets = "/api/v1/namespaces/shop/secrets/db", kPods = "/api/v1/namespaces/shop/pods",
                  kMaps = "/api/v1/namespaces/shop/configmaps", kCustom = "/apis/example.com/v1/databases";
const std::string kSecret = R"({"kind":"Secret","data":{"a":"%"},"stringData":{"b":"%"}})";

std::vector<Row> body_rows() {
    const auto annotated = [](std::string_view name, std::string_view value) {
        return fmt::format(R"({{"metadata":{{"annotations":{{"{}":{}}}}}}})", name, in_string(value));
    };
    const auto last_applied = annotated("kubectl.kubernetes.io/last-applied-configuration", kSecret);
    const auto patch_annotation =
        R"(,"annotations":{"patch.webhook.admission.k8s.io/round_0_index_1":)" +
        in_string(
            R"({"patch":[{"op":"add","path":"/spec/token","value":"%"},{"op":"add","path":"/metadata/annotations","value":{"x":)" +
            in_string(kSecret) + "}}]}") +
        "}";
    const std::string template_spec =
        R"({"containers":[{"name":"c","args":["%"],"command":["%"],"env":[{"name":"A","value":"%"}],"livenessProbe":{"httpGet":{"httpHeaders":[{"name":"X","value":"%"}]}}}]})";
    return {
        {1, From::kStandard, kSecrets, kSecret, kSecret},
        {2, From::kStandard, kSecrets, {}, R"({"kind":"SecretList","items":[{"data":{"a":"%"}}]})"},
        {2, From::kStandard, kCustom, {}, R"({"kind":"List","items":[)" + kSecret + "]}"},
        {3,
         From::kStandard,
         kSecrets,
         {},
         R"({"kind":"Table","rows":[{"cells":["db"],"object":)" + last_applied + "}]}"},
        {3,
         From::kStrict,
         kCustom,
         {},
         R"({"kind":"Table","rows":[{"cells":["%"],"object":{"metadata":{"annotations":{"a":"%"}}}}]})"},
        {4, From::kStandard, kMaps, last_applied, last_applied},
        {5, From::kStandard, kMaps, annotated("kapp.k14s.io/original", kSecret)},
        {5, From::kStandard, kMaps, annotated("example.com/yaml", "apiVersion: v1\nkind: Secret\ndata:\n  a: %\n")},
        {6, From::kStandard, kSecrets,
         R"([{"op":"test","path":"/data/a","value":"%"},{"op":"add","path":"/data","value":{"b":"%"}},{"op":"replace","path":"","value":{"data":{"a":"%"}}}])"},
        {6, From::kStandard, kPods,
         R"([{"op":"add","path":"/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration","value":)" +
             in_string(kSecret) + "}]"},
        {6, From::kStandard, kSecrets, R"([{"op":"copy","from":"/data/a","path":"/metadata/labels/a"}])",
         R"({"kind":"Secret","metadata":{"labels":{"a":"%"}}})"},
        {7, From::kStandard, kSecrets, R"({"data":{"a":"%"},"stringData":{"b":"%"}})"},
        {8, From::kStandard, kPods, {}, {}, patch_annotation},
        {9, From::kStandard, "/apis/authentication.k8s.io/v1/tokenreviews",
         R"({"kind":"TokenReview","spec":{"token":"%"}})", R"({"kind":"TokenReview","spec":{"token":"%"}})"},
        {10, From::kStandard, "/api/v1/namespaces/shop/serviceaccounts/web/token", R"({"kind":"TokenRequest"})",
         R"({"kind":"TokenRequest","status":{"token":"%"}})"},
        {11, From::kStandard, "/api/v1/namespaces/kube-system/secrets",
         R"({"kind":"Secret","data":{"token":"%","token-secret":"%"},"type":"bootstrap.kubernetes.io/token"})"},
        {12, From::kStandard, "/api/v1/namespaces/shop/secrets",
         R"({"kind":"Secret","data":{"release":"SDRzSUFB%"},"type":"helm.sh/release.v1"})"},
        {12, From::kStandard, kMaps,
         R"({"kind":"ConfigMap","data":{"release":"H4sIAAAAAAAA/%AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}})"},
        {13, From::kStrict, kMaps, R"({"kind":"ConfigMap","data":{"a":"%"},"binaryData":{"b":"%"}})"},
        {14, From::kStrict, kPods, R"({"kind":"Pod","spec":)" + template_spec + "}"},
        {14, From::kStrict, "/apis/batch/v1/namespaces/shop/cronjobs",
         R"({"spec":{"jobTemplate":{"spec":{"template":{"spec":)" + template_spec + "}}}}}"},
        {15, From::kStrict, "/apis/apps/v1/namespaces/shop/controllerrevisions",
         R"({"data":{"spec":{"template":{"spec":)" + template_spec + "}}}}"},
        {16, From::kStrict, kCustom, R"({"kind":"Database","spec":{"connection":"%","list":["%"]}})"},
        {16, From::kStandard, kCustom, R"({"kind":"Database","spec":{"password":"%","auth":{"token":"%"}}})"},
        {17, From::kStandard, "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
         R"({"webhooks":[{"clientConfig":{"url":"https://u:%@hook.example.com/v?token=%"}}]})"},
        {17, From::kStrict, "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
         R"({"webhooks":[{"clientConfig":{"url":"https://hook.example.com/%"}}]})"},
        {18, From::kStandard, "/apis/certificates.k8s.io/v1/certificatesigningrequests",
         R"({"spec":{"request":"LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0K%"}})"},
        {19, From::kStrict, "/apis/storage.k8s.io/v1/storageclasses", R"({"parameters":{"a":"%"}})"},
        {19, From::kStrict, "/api/v1/persistentvolumes",
         R"({"spec":{"csi":{"driver":"d","volumeAttributes":{"a":"%"}},"flexVolume":{"options":{"a":"%"}}}})"},
        {20, From::kStrict, "/api/v1/namespaces/shop/events",
         R"({"kind":"Event","message":"%","metadata":{"annotations":{"a":"%"}}})"},
    };
}

std::vector<Row> other_rows() {
    return {
        {21, From::kStandard, "/api/v1/namespaces/shop/services/web/proxy/?access_token=%&X-Amz-Signature=%", {}},
        {21,
         From::kStandard,
         "/api/v1/namespaces/shop/pods/web/exec?command=curl&command=Authorization%%3A%%20Bearer%%20%",
         {}},
        {21, From::kStrict, "/api/v1/namespaces/shop/pods/web/exec?command=mysql&command=-p%", {}},
        {22, From::kNever, "/api/v1/namespaces/shop/pods/%", {}},
        {23, From::kNever, kPods, {}, {}, R"(,"objectRef":{"resource":"pods","name":"%"})"},
        {24,
         From::kStandard,
         kPods,
         {},
         {},
         R"(,"responseStatus":{"message":"denied: Bearer % and https://u:%@h","code":403})"},
        {24,
         From::kStrict,
         kPods,
         {},
         {},
         R"(,"responseStatus":{"message":"invalid: %","details":{"causes":[{"message":"%"}]},"code":422})"},
        {25,
         From::kStrict,
         kPods,
         {},
         R"({"kind":"Status","message":"invalid: %","details":{"causes":[{"message":"%"}]}})"},
        {26, From::kStrict, kPods, {}, {}, R"(,"annotations":{"hook.example.com/why":"%"})"},
        {27, From::kStrict, kPods, {}, {}, R"(,"impersonatedUser":{"username":"bob","extra":{"claim":["%"]}})"},
        {29, From::kNever, kPods, {}, {}, R"(,"userAgent":"%")"},
        {29, From::kStandard, kPods, {}, {}, R"(,"userAgent":"curl/8 Bearer %")"},
        {30, From::kStrict, kPods, R"({"metadata":{"managedFields":[{"fieldsV1":{"f:spec":{"v:\"%\"":{}}}}]}})"},
        {31, From::kStandard, "/apis/oauth.openshift.io/v1/oauthclients",
         R"({"kind":"OAuthClient","secret":"%","additionalSecrets":["%"]})"},
        {31, From::kStandard, "/apis/route.openshift.io/v1/routes",
         R"({"spec":{"tls":{"key":"-----BEGIN PRIVATE KEY-----\n%\n-----END PRIVATE KEY-----"}}})"},
        {32, From::kStrict, kPods + "/web", R"({"kind":"DeleteOptions","x":"%"})"},
    };
}

std::vector<Row> rows() {
    auto all = body_rows();
    for (auto& row : other_rows()) all.push_back(std::move(row));
    return all;
}

// The row's event with `canary` in its places.
std::string planted(const Row& row, const std::string& canary) {
    Request request{.uri = row.uri, .body = row.body, .response = row.response, .more = row.more};
    auto event = event_of(request);
    for (auto at = event.find('%'); at != event.npos; at = event.find('%', at)) {
        const bool doubled = event.compare(at, 2, "%%") == 0;  // a percent sign
        event.replace(at, doubled ? 2 : 1, doubled ? "%" : canary);
        at += doubled ? 1 : canary.size();
    }
    return event;
}

void expect_taken(RedactionMode mode) {
    int number = 0;
    for (const auto& row : rows()) {
        const auto canary = fmt::format("C4n4ry{:02}Zz9xT{:02}", row.number, number++);
        const auto event = planted(row, canary);
        ASSERT_NE(event.find(canary), event.npos);
        Redaction redaction;
        redaction.mode = mode;
        const auto record = redact(event, redaction).record;
        ASSERT_FALSE(record.empty()) << event;
        const bool promised =
            row.from == From::kStandard || (row.from == From::kStrict && mode == RedactionMode::kStrict);
        EXPECT_EQ(record.find(canary) == record.npos, promised) << "row " << row.number << "\n"
                                                                << event << "\n"
                                                                << record;
    }
}

TEST(Canary, Standard_takes_what_it_promises_and_no_more) { expect_taken(RedactionMode::kStandard); }

TEST(Canary, Strict_takes_all_but_the_documented_rest) { expect_taken(RedactionMode::kStrict); }

std::filesystem::path shared() {
    const auto* const given = std::getenv("AUDITFWD_SHARED");
    return given ? given : AUDITFWD_SHARED_DEFAULT;
}

std::string read(const std::filesystem::path& path) {
    std::ifstream in{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

std::string decompressed(const std::string& zstd) {
    std::string out;
    const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context{ZSTD_createDCtx(), &ZSTD_freeDCtx};
    std::string piece(ZSTD_DStreamOutSize(), '\0');
    ZSTD_inBuffer input{zstd.data(), zstd.size(), 0};
    while (input.pos < input.size) {
        ZSTD_outBuffer output{piece.data(), piece.size(), 0};
        const auto result = ZSTD_decompressStream(context.get(), &output, &input);
        EXPECT_FALSE(ZSTD_isError(result));
        if (ZSTD_isError(result)) break;
        out.append(piece, 0, output.pos);
    }
    return out;
}

std::string records_of(const std::string& events, RedactionMode mode) {
    auto redaction = std::make_shared<Redaction>();
    redaction->mode = mode;
    const Rules rules{Policy::built_in("all"), redaction};
    auto body = events;
    const auto size = body.size();
    body.append(limits::kPadding, ' ');
    Pipeline pipeline{
        rules, {.cluster = "c", .source = "s", .peer = {}, .trusted = false}, {body.data(), size}, Framing::kLines};
    BlockBuilder block;
    EXPECT_TRUE(pipeline.run(block, std::size_t{1} << 32));
    return block.text();
}

// Secrets that were planted while a real API server was recorded.
struct Planted {
    std::string value, where;
};

std::vector<Planted> planted_in_recording() {
    std::vector<Planted> all;
    std::ifstream in{shared() / "corpus/kube/secrets.txt"};
    for (std::string line; std::getline(in, line);) {
        std::vector<std::string> fields;
        for (std::size_t at = 0; at != line.npos;) {
            const auto tab = line.find('\t', at);
            fields.push_back(line.substr(at, tab == line.npos ? tab : tab - at));
            at = tab == line.npos ? tab : tab + 1;
        }
        // Values with escapes have a row of their own, "core", with what identifies them.
        if (fields.size() == 4 && fields[0] != "# form" && fields[3] != "0" && fields[1].size() >= 8 &&
            fields[1].find('\\') == fields[1].npos)
            all.push_back({fields[1], fields[2]});
    }
    return all;
}

// Which of them, by number, are in a text; looks at it once.
std::set<std::size_t> present(const std::string& text, const std::vector<Planted>& secrets) {
    const auto word_at = [](const char* at) {
        std::uint64_t word;
        std::memcpy(&word, at, sizeof word);
        return word;
    };
    const auto bit_of = [](std::uint64_t word) { return (word * 0x9e3779b97f4a7c15) >> 48; };
    std::multimap<std::uint64_t, std::size_t> begins;
    std::bitset<65536> seen;
    for (std::size_t i = 0; i < secrets.size(); ++i) {
        const auto word = word_at(secrets[i].value.c_str());
        begins.emplace(word, i);
        seen.set(bit_of(word));
    }
    std::set<std::size_t> found;
    for (std::size_t at = 0; at + 8 <= text.size(); ++at) {
        const auto word = word_at(text.data() + at);
        if (!seen.test(bit_of(word))) continue;
        for (auto [next, end] = begins.equal_range(word); next != end; ++next) {
            if (text.compare(at, secrets[next->second].value.size(), secrets[next->second].value) == 0)
                found.insert(next->second);
        }
    }
    return found;
}

TEST(Canary, Of_a_recording_no_secret_passes_that_was_promised_to_be_taken) {
    const auto recording = shared() / "corpus/kube/events.ndjson.zst";
    if (!std::filesystem::exists(recording)) GTEST_SKIP() << recording << " is not there";
    const auto events = decompressed(read(recording));
    const auto secrets = planted_in_recording();
    ASSERT_GT(secrets.size(), 500u);
    ASSERT_GT(present(events, secrets).size(), 500u);
    for (const auto i : present(records_of(events, RedactionMode::kStrict), secrets))
        EXPECT_NE(secrets[i].where.find("User-Agent"), std::string::npos) << "strict: " << secrets[i].where;
    for (const auto i : present(records_of(events, RedactionMode::kStandard), secrets)) {
        const auto& where = secrets[i].where;
        const bool promised = (where.starts_with("Secret ") && where.find("annotate") == where.npos) ||
                              where.find("TokenRe") != where.npos || where.find("access_token") != where.npos;
        EXPECT_FALSE(promised) << "standard: " << where;
    }
}

}  // namespace
}  // namespace auditfwd::testing
