// What detection adds to an event that was decoded, beside simdjson's first stage in the same run: with Falco's rules,
// with the built-in ones, with both; and how long 10,000 rules take to load, and to pass by.
//
// Each event is timed by itself, in several rounds; its median over the rounds counts, so that a busy machine hurts
// little. Recorded traffic and Falco's rules are read where AUDITFWD_SHARED says; without it made-up traffic is
// measured with the built-in rules alone.
#include <fmt/format.h>
#include <simdjson.h>
#include <zstd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "bench/transform/events.h"
#include "codecs/event_reader.h"
#include "forwarder/base/limits.h"
#include "forwarder/base/units.h"
#include "forwarder/detection/detections.h"

namespace auditfwd::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kRounds = 15;

std::string shared(const std::string& path) {
    const char* set = std::getenv("AUDITFWD_SHARED");
    std::ifstream in{std::filesystem::path{set ? set : AUDITFWD_SHARED_DEFAULT} / path, std::ios::binary};
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

// NDJSON, or nothing.
std::string recorded() {
    const auto packed = shared("corpus/kube/events.ndjson.zst");
    std::string out(256_MiB, '\0');
    const auto size = ZSTD_decompress(out.data(), out.size(), packed.data(), packed.size());
    out.resize(packed.empty() || ZSTD_isError(size) ? 0 : size);
    out.shrink_to_fit();
    return out;
}

double median(std::vector<double> values, double part = 0.5) {
    if (values.empty()) return 0;
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(part * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), at, values.end());
    return *at;
}

double ns_since(Clock::time_point begin) {
    return std::chrono::duration<double, std::nano>(Clock::now() - begin).count();
}

// What reading the clock twice takes.
double clock_ns() {
    std::vector<double> all(10'001);
    for (auto& one : all) one = ns_since(Clock::now());
    return median(all);
}

// simdjson's first stage, by event.
double stage_1(const std::string& body, std::size_t events) {
    simdjson::dom::parser parser;
    if (parser.allocate(body.size() + 64) != simdjson::SUCCESS) std::abort();
    const auto* text = reinterpret_cast<const std::uint8_t*>(body.data());
    std::vector<double> rounds;
    for (int i = 0; i < kRounds; ++i) {
        const auto begin = Clock::now();
        // Many documents, some of them with bytes that are not UTF-8: what it says in the end does not matter.
        const auto said = parser.implementation->stage1(text, body.size(), simdjson::stage1_mode::streaming_partial);
        [[maybe_unused]] volatile int kept = said;
        rounds.push_back(ns_since(begin));
    }
    return median(rounds) / static_cast<double>(events);
}

// The cost of each event, without the clock's.
std::vector<double> measure(const std::string& body, const std::shared_ptr<const Detections>& detections,
                            std::size_t& fired) {
    EventDetector detector{detections};
    const auto clock = clock_ns();
    std::vector<std::vector<double>> costs;
    for (int round = 0; round < kRounds; ++round) {
        EventReader reader{body, Framing::kAny};
        std::size_t n = 0;
        fired = 0;
        for (auto item = reader.next(); item && item->kind != Item::Kind::kEnd; item = reader.next()) {
            if (item->kind != Item::Kind::kEvent) continue;
            const auto begin = Clock::now();
            fired += detector.detect(reader.event()) != nullptr;
            const auto took = ns_since(begin) - clock;
            if (round == 0) costs.emplace_back();
            costs[n++].push_back(took);
            reader.release();
        }
    }
    std::vector<double> out;
    out.reserve(costs.size());
    for (auto& cost : costs) out.push_back(std::max(0.0, median(std::move(cost))));
    return out;
}

void report(std::string_view name, const std::string& body, std::vector<RuleFile> files) {
    const auto begin = Clock::now();
    const auto loaded = Detections::load(std::move(files), {});
    const auto load_ms = ns_since(begin) / 1e6;
    if (!loaded) {
        fmt::print("{}: {}\n", name, loaded.error().message);
        return;
    }
    std::size_t fired = 0;
    const auto costs = measure(body, loaded->detections, fired);
    double sum = 0;
    for (const auto cost : costs) sum += cost;
    const auto first = stage_1(body, costs.size());
    const auto mean = sum / static_cast<double>(costs.size());
    fmt::print(
        "  {:22} {:5} rules, loaded in {:6.1f} ms; ns/event: median {:5.0f}, mean {:5.0f}, p99 {:6.0f}; median {:.2f} "
        "x stage 1 ({:.0f} ns), fired on {} of {}\n",
        name, loaded->detections->ruleset().rules().size(), load_ms, median(costs), mean, median(costs, 0.99),
        median(costs) / first, first, fired, costs.size());
}

RuleFile falco() { return {.name = "falco", .text = shared("conformance/falco/k8s_audit_rules.yaml")}; }

// Rules of which none concerns the traffic, each with a user, a name and a literal of its own.
RuleFile many(int count) {
    std::string text;
    for (int i = 0; i < count; ++i) {
        text += fmt::format(
            "- rule: many {0}\n  desc: d\n  condition: ka.verb in (create, update) and ka.target.resource = kind{1} "
            "and "
            "(ka.user.name = user{0} or ka.target.name startswith name{0} or ka.uri contains literal{0})\n"
            "  output: o\n  priority: INFO\n",
            i, i % 100);
    }
    return {.name = "many", .text = std::move(text), .falco_compat = false};
}

void measure_all(std::string_view name, const std::string& body, bool with_falco) {
    fmt::print("{}\n", name);
    if (with_falco) report("Falco's", body, {falco()});
    report("built-in", body, {built_in_rules()});
    if (with_falco) report("both", body, {falco(), built_in_rules()});
    report("10,000 others", body, {many(10'000)});
    if (with_falco) report("both and 10,000 others", body, {falco(), built_in_rules(), many(10'000)});
}

}  // namespace
}  // namespace auditfwd::bench

int main() {
    using namespace auditfwd::bench;
    const bool with_falco = !falco().text.empty();
    if (auto body = recorded(); !body.empty()) {
        body.reserve(body.size() + auditfwd::limits::kPadding);
        measure_all("recorded traffic", body, with_falco);
    }
    Events events{7};
    measure_all("made-up traffic at Metadata", events.list(Mix::kMetadata, 10'000), with_falco);
}
