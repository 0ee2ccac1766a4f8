// How long fitting takes beside one pass that only validates and one that only hashes (a split record's id, a long
// string's mark), over the same bytes: nothing grows with depth or number.
#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>
#include <ctime>

#include "codecs/body_edits.h"
#include "codecs/fit.h"
#include "codecs/utf8.h"
#include "forwarder/base/crypto.h"
#include "tests/codecs/plain_json.h"

namespace auditfwd {
namespace {

constexpr double kPassesMax = 7;
constexpr int kAttempts = 7;  // of which the quickest counts

std::string repeated(std::string_view text, std::size_t bytes) {
    std::string out;
    while (out.size() < bytes) out += text;
    return out;
}

struct Shape {
    const char* name;
    std::string members;
};

std::vector<Shape> shapes(std::size_t bytes) {
    std::string items, small, deep;
    while (items.size() < bytes)
        items += std::string(items.empty() ? "" : ",") +
                 R"({"metadata":{"name":"a","managedFields":[{"f:a":{}}]},"spec":{"a":[1,2]}})";
    while (small.size() < bytes) small += small.empty() ? "{}" : R"(,{"a":1})";
    while (deep.size() < bytes)
        deep += (deep.empty() ? "" : ",") + repeated("{\"a\":", 4500) + "1" + std::string(900, '}');
    return {{"secret", R"("requestObject":{"data":{"a":")" + repeated("c2VjcmV0", bytes) + "\"}},"},
            {"list", R"("responseObject":{"items":[)" + items + "]},"},
            {"small items", R"("responseObject":{"items":[)" + small + "]},"},
            {"small items asked for", R"("requestObject":{"items":[)" + small + "]},"},
            {"deep", R"("requestObject":[)" + deep + "],"},
            {"one string", R"("responseObject":")" + std::string(bytes, 'x') + "\","},
            {"escapes", R"("requestObject":")" + repeated("\\\"\\\\\\u00e9", bytes) + "\","},
            {"uri", R"("requestURI":"/a?)" + std::string(bytes, 'x') + "\","},
            {"verb", R"("verb":")" + std::string(bytes, 'x') + "\","},
            {"unknown members", repeated(R"("a":1,)", bytes)},
            {"addresses", R"("sourceIPs":["a")" + repeated(R"(,"1.2.3.4")", bytes) + "],"},
            {"long strings", R"("requestObject":["a")" + repeated(",\"" + std::string(300, 'x') + '"', bytes) + "],"}};
}

// Of this thread alone: the machine may have other things to do.
double cpu_seconds() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

template <class Work>
double quickest(Work work) {
    double best = 1e9;
    for (int i = 0; i < kAttempts; ++i) {
        const auto begin = cpu_seconds();
        work();
        best = std::min(best, cpu_seconds() - begin);
    }
    return best;
}

class FitTiming : public testing::TestWithParam<std::size_t> {};

TEST_P(FitTiming, Takes_a_few_validating_passes_whatever_the_record) {
    for (const auto& [name, members] : shapes(GetParam())) {
        const auto record = "{\"auditID\":\"a\"," + members + "\"auditfwd\":{\"cluster\":\"c\"}}";
        BodyEditor editor{8_KiB};
        bool valid = false;
        const auto pass = quickest([&] { valid = editor.check(record) && is_utf8(record); });
        ASSERT_TRUE(valid) << name;
        simdjson::dom::parser parser;
        const simdjson::padded_string padded{record};
        const auto parse = quickest([&] { ASSERT_EQ(parser.parse(padded).error(), simdjson::SUCCESS); });
        const auto hash = quickest([&] { ASSERT_NE(sha256(record)[0] + 1, 0); });
        for (const auto oversize : {Oversize::kTruncate, Oversize::kSplit}) {
            std::size_t longest = 0;
            std::string out;
            const auto fitting = quickest([&] {
                Fitter fitter{{.limit_bytes = 262'144, .overhead_bytes = 26, .oversize = oversize, .parts_max = 9999}};
                const auto fitted = fitter.fit(record);
                for (std::uint32_t n = 1; fitted && n <= fitted->records; ++n) {
                    out.clear();
                    fitter.append(n, out);
                    longest = std::max(longest, out.size());
                }
            });
            EXPECT_TRUE(longest > 0 && longest <= 262'144 - 26) << name;
            EXPECT_LE(fitting, kPassesMax * (pass + hash) + 0.0002)
                << name << (oversize == Oversize::kSplit ? ", split" : "");
            std::printf("%9zu bytes, %-21s %-8s %5.2f passes, %5.2f of simdjson's; SHA-256 %5.2f\n", record.size(),
                        name, oversize == Oversize::kSplit ? "split" : "truncate", fitting / pass, fitting / parse,
                        hash / pass);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Sizes, FitTiming, testing::Values(300'000, 1'572'864, 3'145'728, 41'943'040));

}  // namespace
}  // namespace auditfwd
