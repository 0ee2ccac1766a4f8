#include "codecs/fit.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <cstdlib>
#include <map>
#include <optional>

#include "codecs/fit_writer.h"
#include "codecs/short_text.h"
#include "forwarder/base/crypto.h"
#include "tests/codecs/plain_json.h"
#include "tests/codecs/random_record.h"

namespace auditfwd {
namespace {

constexpr std::string_view kId = "0123456789abcdef0123456789abcdef/12345678901234567890";

std::uint64_t seed() {
    const auto* given = std::getenv("AUDITFWD_SEED");
    const auto value = given ? std::strtoull(given, nullptr, 10) : std::random_device{}();
    testing::Test::RecordProperty("seed", std::to_string(value));
    return value;
}

std::size_t rounds(std::size_t usual) {
    const auto* given = std::getenv("AUDITFWD_FIT_ROUNDS");
    return given ? std::strtoull(given, nullptr, 10) : usual;
}

// The raw value of the first member of that name at the end of `path`; nothing when there is none.
std::optional<std::string> find(const std::string& object, const std::vector<std::string>& path) {
    std::string at = object;
    for (const auto& name : path) {
        const auto members = plain::split(at);
        if (at[0] != '{' || !members) return std::nullopt;
        const auto member = std::ranges::find_if(*members, [&](const auto& m) { return plain::decode(m.key) == name; });
        if (member == members->end()) return std::nullopt;
        at = member->value;
    }
    return at;
}

// What must be left of a guaranteed value.
bool is_kept(const std::string& before, const std::string& after) {
    if (before == after) return true;
    const std::string_view content{before[0] == '"' ? std::string_view{before}.substr(1, before.size() - 2)
                                                    : std::string_view{before}};
    const auto hash = sha256(content);
    const auto mark = "\u2026#" + to_hex(std::span{hash}.first(8));
    const auto kept = after.size() - 2 - mark.size();
    return after.size() > mark.size() + 2 && after.substr(1 + kept, mark.size()) == mark &&
           content.starts_with(std::string_view{after}.substr(1, kept)) && plain::decode(after).has_value();
}

const std::vector<std::vector<std::string>> kGuaranteed = {{"auditID"},
                                                           {"stage"},
                                                           {"verb"},
                                                           {"user", "username"},
                                                           {"objectRef", "resource"},
                                                           {"objectRef", "name"},
                                                           {"objectRef", "namespace"},
                                                           {"requestReceivedTimestamp"},
                                                           {"stageTimestamp"},
                                                           {"annotations", "authorization.k8s.io/decision"},
                                                           {"responseStatus", "code"}};

void expect_evidence(const std::string& record, const std::string& fitted) {
    for (const auto& path : kGuaranteed) {
        const auto before = find(record, path);
        const bool code = path.back() == "code";
        if (!before || (*before)[0] == '{' || (*before)[0] == '[' || (code ? (*before)[0] == '"' : (*before)[0] != '"'))
            continue;
        const auto after = find(fitted, path);
        ASSERT_TRUE(after.has_value()) << path.back() << "\n" << record.substr(0, 2000);
        EXPECT_TRUE(is_kept(*before, *after)) << path.back() << ": " << *before << " → " << *after;
        if (before->size() > 300) {
            EXPECT_GE(after->size(), code ? 16u : 250u);
        }
    }
    const auto before = find(record, {"auditfwd", "detections"});
    if (!before || (*before)[0] != '[') return;
    const auto names = plain::split(*before);
    const auto after = plain::split(find(fitted, {"auditfwd", "detections"}).value_or("[]"));
    ASSERT_TRUE(after && names);
    for (std::size_t i = 0; i < names->size() && i < 32; ++i) {
        ASSERT_LT(i, after->size());
        EXPECT_TRUE(is_kept((*names)[i].value, (*after)[i].value));
    }
}

// Where a record says that it was made smaller.
void expect_honest(const std::string& fitted) {
    EXPECT_EQ(find(fitted, {"annotations", "audit.k8s.io/truncated"}), "\"true\"");
    EXPECT_TRUE(find(fitted, {"auditfwd", "removed"}).has_value()) << fitted.substr(0, 3000);
}

// Our member is there and is the last one, as in all records that are made here.
bool ends_as_usual(const std::string& record) {
    const auto members = plain::split(record);
    return members && members->back().key == "\"auditfwd\"" && members->back().value[0] == '{';
}

std::string join(const std::vector<std::string>& parts) {
    std::string whole;
    for (std::size_t i = 1; i < parts.size(); ++i) {
        const auto piece = find(parts[i], {"auditfwd", "piece"});
        whole += plain::decode(piece.value_or("\"\"")).value_or("?");
    }
    return whole;
}

struct Parts {
    Fitted fitted;
    std::vector<std::string> records;
};

Parts fit(const std::string& record, const FitOptions& options, std::string_view id = {}) {
    Fitter fitter{options};
    const auto fitted = fitter.fit(record, id);
    if (!fitted) return {};
    Parts parts{*fitted, {}};
    for (std::uint32_t n = 1; n <= fitted->records; ++n) fitter.append(n, parts.records.emplace_back());
    return parts;
}

void check(const std::string& record, const FitOptions& options, std::string_view id) {
    const auto parts = fit(record, options, id);
    ASSERT_FALSE(parts.records.empty());
    for (std::size_t i = 0; i < parts.records.size(); ++i) {
        const auto& part = parts.records[i];
        EXPECT_LE(part.size() + options.overhead_bytes, options.limit_bytes) << to_string(parts.fitted.step);
        ASSERT_TRUE(plain::valid(part)) << part.substr(0, 2000);
        if (id.empty()) continue;
        const auto expected = std::string{id} + (parts.records.size() > 1 ? "/" + std::to_string(i + 1) : "");
        EXPECT_TRUE(part.find("\"id\":\"" + expected + "\"") != part.npos);
    }
    EXPECT_EQ(parts.records, fit(record, options, id).records) << "not deterministic";
    if (parts.fitted.how == Fitted::How::kWhole) {
        if (id.empty()) {
            EXPECT_EQ(parts.records[0], record);
        }
        return;
    }
    EXPECT_NE(parts.fitted.step, FitStep::kNone);
    expect_honest(parts.records[0]);
    expect_evidence(record, parts.records[0]);
    EXPECT_LE(parts.records.size(), options.parts_max);
    if (parts.fitted.how == Fitted::How::kSplit) {
        EXPECT_EQ(join(parts.records), record);
    }
}

TEST(Fit, Any_record_comes_out_within_any_limit_valid_honest_and_whole_when_it_was_split) {
    const auto start = seed();
    for (std::size_t i = 0; i < rounds(30); ++i) {
        SCOPED_TRACE("AUDITFWD_SEED=" + std::to_string(start) + ", round " + std::to_string(i));
        RandomRecord random{start + i};
        const auto record = random.record(random.chance(20) ? 300'000 : 30'000);
        ASSERT_TRUE(plain::valid(record)) << record.substr(0, 1000);
        FitOptions options{.limit_bytes = kFitLimitMin + static_cast<std::size_t>(random.below(40'000)),
                           .overhead_bytes = random.chance(50) ? 26u : 0u,
                           .oversize = random.chance(50) ? Oversize::kSplit : Oversize::kTruncate,
                           .parts_max = random.chance(20) ? 3u : 64u};
        const auto id = random.chance(50) ? kId : std::string_view{};
        check(record, options, id);
        // Exactly at, one below and one above what the destination counts.
        const auto count = record.size() + options.overhead_bytes + (id.empty() ? 0 : id.size() + 8);
        for (const auto limit : {count - 1, count, count + 1}) {
            if (limit < kFitLimitMin) continue;
            options.limit_bytes = limit;
            const auto parts = fit(record, options, id);
            const bool as_usual = id.empty() || ends_as_usual(record);
            if (as_usual) {
                EXPECT_EQ(parts.fitted.how == Fitted::How::kWhole, limit >= count);
            }
            check(record, options, id);
        }
        if (HasFailure()) return;
    }
}

TEST(Fit, What_is_measured_for_a_step_is_what_is_written) {
    const auto start = seed();
    JsonTokens tokens{8_KiB};
    FitMeasures measures;
    for (std::size_t i = 0; i < rounds(60); ++i) {
        RandomRecord random{start + i};
        const auto record = random.record(5'000);
        ASSERT_TRUE(measure(record, tokens, measures));
        for (std::size_t s = 0; s < kFitSteps; ++s) {
            const FitText text{static_cast<FitStep>(s), "\"audit.k8s.io/truncated\":\"true\"", "\"removed\":[\"+1\"]",
                               0};
            std::string out;
            write_fitted(record, tokens, measures, text, out);
            ASSERT_TRUE(plain::valid(out)) << s << "\n" << record << "\n" << out;
            ASSERT_EQ(out.size(), measures.bytes_after(text.step) + bytes_added(measures, text))
                << "AUDITFWD_SEED=" << start + i << ", step " << to_string(text.step) << "\n"
                << record << "\n"
                << out;
        }
    }
}

}  // namespace
}  // namespace auditfwd
