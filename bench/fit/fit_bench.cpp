// What fitting a large record costs, beside one pass that only validates the same bytes. Compare ratios of one run, not
// numbers of two; `x` is that ratio. `longest` is the largest record that came out.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <ctime>
#include <string>

#include "codecs/body_edits.h"
#include "codecs/fit.h"
#include "codecs/utf8.h"

namespace auditfwd::bench {
namespace {

constexpr std::size_t kLimit = 262'144;

std::string event(std::string_view more) {
    return R"({"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"RequestResponse",)"
           R"("auditID":"0b6b2f4e-7c1c-4d0e-9d0b-1f1d2f3a4b5c","stage":"ResponseComplete","verb":"update",)"
           R"("user":{"username":"system:admin","groups":["system:masters"]},"sourceIPs":["10.0.0.1"],)" +
           std::string{more} +
           R"("responseStatus":{"metadata":{},"code":200},"requestReceivedTimestamp":"2026-11-23T23:29:03.220657Z",)"
           R"("stageTimestamp":"2026-11-23T23:29:03.240657Z","auditfwd":{"cluster":"prod-1","source":"webhook"}})";
}

std::string repeated(std::string_view text, std::size_t bytes) {
    std::string out;
    while (out.size() < bytes) out += text;
    return out;
}

std::string list(std::size_t bytes, std::string_view spec) {
    std::string items;
    for (std::size_t i = 0; items.size() < bytes; ++i) {
        ((items += items.empty() ? "" : ",") += R"({"metadata":{"name":"pod-)" + std::to_string(i)) +=
            R"(","namespace":"shop","uid":"0b6b2f4e-7c1c-4d0e-9d0b-1f1d2f3a4b5c"})";
        (items += spec) += '}';
    }
    return R"("responseObject":{"kind":"PodList","items":[)" + items + "]},";
}

std::string record(const std::string& shape, std::size_t bytes) {
    if (shape == "secret")
        return event(R"("requestObject":{"kind":"Secret","data":{"a":")" + repeated("c2VjcmV0LXBhZGRpbmc", bytes) +
                     "\"}},");
    if (shape == "one-string") return event(R"("responseObject":")" + std::string(bytes, 'x') + "\",");
    if (shape == "escapes") return event(R"("requestObject":{"a":")" + repeated("\\\"\\\\\\n\\u00e9", bytes) + "\"},");
    if (shape == "deep") {
        const std::string open = repeated(R"({"a":)", 1000 * 5), close(1000, '}');
        std::string all;
        while (all.size() < bytes) (((all += all.empty() ? "" : ",") += open) += "1") += close;
        return event(R"("requestObject":[)" + all + "],");
    }
    if (shape == "small-items") {
        std::string items;
        while (items.size() < bytes) items += items.empty() ? "{}" : R"(,{"a":1})";
        return event(R"("responseObject":{"items":[)" + items + "]},");
    }
    if (shape == "uri") return event(R"("requestURI":"/api?x=)" + std::string(bytes, 'y') + "\",");
    return event(
        list(bytes, R"(,"spec":{"containers":[{"name":"web","image":"registry/web:1.2.3","args":["--a","--b=c"]}]})"));
}

const char* const kShapes[] = {"list", "secret", "one-string", "escapes", "deep", "small-items", "uri"};

void validate_once(BodyEditor& editor, const std::string& text) {
    benchmark::DoNotOptimize(editor.check(text) && is_utf8(text));
}

// Of this thread alone: the machine may have other things to do.
double cpu_seconds() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

template <class Work>
double seconds(Work work) {
    const auto begin = cpu_seconds();
    work();
    return cpu_seconds() - begin;
}

// Both in turns, so that a busy machine is busy for both.
void fit(benchmark::State& state, Oversize oversize) {
    const auto text = record(kShapes[state.range(1)], static_cast<std::size_t>(state.range(0)));
    BodyEditor editor{8_KiB};
    double validating = 0, fitting = 0;
    std::size_t longest = 0;
    for (auto _ : state) {
        validating += seconds([&] { validate_once(editor, text); });
        const auto took = seconds([&] {
            Fitter fitter{{.limit_bytes = kLimit,
                           .overhead_bytes = kCloudWatchOverhead,
                           .oversize = oversize,
                           .parts_max = 9999}};
            const auto fitted = fitter.fit(text, "0123456789abcdef0123456789abcdef/7");
            std::string out;
            for (std::uint32_t n = 1; fitted && n <= fitted->records; ++n) {
                out.clear();
                fitter.append(n, out);
                longest = std::max(longest, out.size());
            }
        });
        fitting += took;
        state.SetIterationTime(took);
    }
    state.SetLabel(kShapes[state.range(1)]);
    state.SetBytesProcessed(static_cast<std::int64_t>(text.size()) * static_cast<std::int64_t>(state.iterations()));
    state.counters["x"] = fitting / validating;
    state.counters["longest"] = static_cast<double>(longest);
}

void sizes_and_shapes(benchmark::internal::Benchmark* bench) {
    for (const auto bytes : {300'000, 1'572'864, 3'145'728, 41'943'040}) {
        for (std::size_t shape = 0; shape < std::size(kShapes); ++shape)
            bench->Args({bytes, static_cast<std::int64_t>(shape)});
    }
    bench->UseManualTime()->MinTime(0.1);
}

BENCHMARK_CAPTURE(fit, truncate, Oversize::kTruncate)->Apply(sizes_and_shapes);
BENCHMARK_CAPTURE(fit, split, Oversize::kSplit)->Apply(sizes_and_shapes);

}  // namespace
}  // namespace auditfwd::bench

BENCHMARK_MAIN();
