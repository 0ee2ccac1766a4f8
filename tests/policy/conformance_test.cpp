// Decisions and loading outcomes of the upstream code, and traffic recorded from a real kube-apiserver. The data lies
// beside the repository, or where AUDITFWD_SHARED says; without it these tests are skipped.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zstd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "forwarder/policy/document.h"
#include "forwarder/policy/policy.h"
#include "forwarder/policy/request_attributes.h"
#include "tests/policy/loading_support.h"

namespace auditfwd {
namespace {

namespace fs = std::filesystem;

fs::path shared(std::string_view what) {
    const char* root = std::getenv("AUDITFWD_SHARED");
    return fs::path{root ? root : AUDITFWD_SHARED_DEFAULT} / what;
}

std::string read_file(const fs::path& path) {
    std::ifstream file{path, std::ios::binary};
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

std::string read_zstd(const fs::path& path) {
    const auto packed = read_file(path);
    const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context{ZSTD_createDCtx(), ZSTD_freeDCtx};
    std::string out;
    std::vector<char> chunk(ZSTD_DStreamOutSize());
    ZSTD_inBuffer in{packed.data(), packed.size(), 0};
    while (in.pos < in.size) {
        ZSTD_outBuffer to{chunk.data(), chunk.size(), 0};
        if (ZSTD_isError(ZSTD_decompressStream(context.get(), &to, &in))) return {};
        out.append(chunk.data(), to.pos);
    }
    return out;
}

// One line of JSON, with this room's own reader.
class Json {
public:
    static std::optional<Json> read(std::string_view line) {
        try {
            return Json{std::make_shared<Document>(read_json(line))};
        } catch (const DocumentError&) {
            return std::nullopt;
        }
    }

    Json operator[](std::string_view key) const {
        for (std::size_t i = 0; node_ && i + 1 < node_->children.size(); i += 2) {
            if (document_->at(node_->children[i]).text == key)
                return Json{document_, &document_->at(node_->children[i + 1])};
        }
        return Json{document_, nullptr};
    }
    bool present() const { return node_ != nullptr; }
    bool yes() const { return node_ && node_->boolean; }
    std::string text() const { return node_ ? node_->text : std::string{}; }
    bool empty() const { return !node_ || node_->children.empty(); }
    std::vector<std::string_view> items() const {
        std::vector<std::string_view> out;
        for (std::size_t i = 0; node_ && i < node_->children.size(); ++i)
            out.emplace_back(document_->at(node_->children[i]).text);
        return out;
    }

private:
    explicit Json(std::shared_ptr<Document> document)
        : document_{std::move(document)}, node_{&document_->at(document_->root)} {}
    Json(std::shared_ptr<Document> document, const Node* node) : document_{std::move(document)}, node_{node} {}

    std::shared_ptr<Document> document_;
    const Node* node_;
};

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> out;
    std::istringstream stream{text};
    for (std::string line; std::getline(stream, line);) out.push_back(line);
    return out;
}

const std::map<std::string, Stage> kStages{{"RequestReceived", Stage::kRequestReceived},
                                           {"ResponseStarted", Stage::kResponseStarted},
                                           {"ResponseComplete", Stage::kResponseComplete},
                                           {"Panic", Stage::kPanic}};
const std::map<std::string, Level> kLevels{{"None", Level::kNone},
                                           {"Metadata", Level::kMetadata},
                                           {"Request", Level::kRequest},
                                           {"RequestResponse", Level::kRequestResponse}};

std::string decision_of(const Policy& policy, const Json& event) {
    const auto user = event["user"];
    const auto name = user["username"].text();
    const auto groups = user["groups"].items();
    const auto uri = event["requestURI"].text();
    const auto verb = event["verb"].text();
    const bool has_user = !name.empty() || !groups.empty() || !user["uid"].text().empty() || !user["extra"].empty();
    const auto decision = policy.decide({.stage = kStages.at(event["stage"].text()),
                                         .request_uri = uri,
                                         .verb = verb,
                                         .user_name = name,
                                         .groups = groups,
                                         .has_user = has_user});
    return fmt::format("level {} drop {} rule {} managedFields {} unreadable {}", static_cast<int>(decision.level),
                       decision.drop, decision.rule, decision.omit_managed_fields, decision.unreadable);
}

std::string expectation_of(const Json& line) {
    return fmt::format("level {} drop {} rule {} managedFields {} unreadable false",
                       static_cast<int>(kLevels.at(line["level"].text())), line["drop"].yes(),
                       std::stoi(line["rule"].text()) + 1, line["omitManagedFields"].yes());
}

TEST(Conformance, Decisions_on_random_policies_are_those_of_the_upstream_checker) {
    if (!fs::exists(shared("conformance/policy/random"))) GTEST_SKIP() << "no conformance data: set AUDITFWD_SHARED";
    std::size_t count = 0;
    for (const auto& seed : fs::directory_iterator{shared("conformance/policy/random")}) {
        const auto loaded = Policy::load(read_file(seed.path() / "policy.yaml"), seed.path().filename().string(), {});
        ASSERT_TRUE(loaded) << loaded.error().message;
        const auto events = lines_of(read_zstd(seed.path() / "events.ndjson.zst"));
        const auto expected = lines_of(read_zstd(seed.path() / "expected.ndjson.zst"));
        ASSERT_EQ(events.size(), expected.size());
        for (std::size_t i = 0; i < events.size(); ++i, ++count) {
            ASSERT_EQ(decision_of(*loaded->policy, *Json::read(events[i])), expectation_of(*Json::read(expected[i])))
                << seed.path().filename() << " line " << i + 1 << "\n"
                << events[i];
        }
    }
    EXPECT_GT(count, 1000u);
}

// Where we differ on purpose; README.md of the room says why.
const std::set<std::string> kStricter{"x-second-document.yaml", "y-doc-end-garbage.yaml"};
const std::set<std::string> kKinder{"x-v1beta1.yaml"};

TEST(Conformance, Files_load_or_are_refused_as_upstream) {
    const auto folder = shared("conformance/policy/loading");
    if (!fs::exists(folder)) GTEST_SKIP() << "no conformance data: set AUDITFWD_SHARED";
    for (const auto& line : lines_of(read_file(folder / "expected.ndjson"))) {
        const auto expected = *Json::read(line);
        const auto name = expected["file"].text();
        const auto text = read_file(folder / name);
        const bool upstream = expected["ok"].yes() || kKinder.contains(name);
        const auto lenient = load_outcome(text, true);
        const auto strict = load_outcome(text);
        EXPECT_EQ(lenient.ok(), upstream) << name << testing::PrintToString(lenient.errors);
        EXPECT_EQ(strict.ok(), upstream && !expected["warning"].present() && !kStricter.contains(name))
            << name << testing::PrintToString(strict.errors);
        if (lenient.ok() && expected["rules"].present()) {
            EXPECT_EQ(std::to_string(lenient.set.rules.size()), expected["rules"].text()) << name;
        }
        if (strict.ok() && expected["users"].present()) {
            const auto& users = strict.set.rules[0].users;
            EXPECT_EQ((std::vector<std::string_view>{users.begin(), users.end()}), expected["users"].items()) << name;
        }
    }
}

// The API server fills these four of objectRef from the URL alone.
std::string reference_of(const Json& reference) {
    return fmt::format("{}|{}|{}|{}", reference["apiGroup"].text(), reference["apiVersion"].text(),
                       reference["resource"].text(), reference["subresource"].text());
}

TEST(Conformance, Attributes_of_recorded_traffic_agree_with_objectRef) {
    const auto path = shared("corpus/kube/events.ndjson.zst");
    if (!fs::exists(path)) GTEST_SKIP() << "no recorded traffic: set AUDITFWD_SHARED";
    std::size_t resources = 0;
    for (const auto& line : lines_of(read_zstd(path))) {
        const auto event = Json::read(line);
        if (!event) continue;  // deeper or longer than a policy file may be
        const auto uri = (*event)["requestURI"].text();
        ScratchText scratch;
        const auto request = parse_request_uri(uri, scratch);
        ASSERT_TRUE(request) << uri;
        const auto reference = (*event)["objectRef"];
        ASSERT_EQ(request->is_resource, reference.present()) << uri;
        if (!request->is_resource) continue;
        ++resources;
        ASSERT_EQ(fmt::format("{}|{}|{}|{}", request->group, request->version, request->resource, request->subresource),
                  reference_of(reference))
            << uri;
        if (!request->name.empty()) {
            ASSERT_EQ(reference["name"].text(), request->name) << uri;
        }
    }
    EXPECT_GT(resources, 1000u);
}

}  // namespace
}  // namespace auditfwd
