// What a byte of audit events costs on its way from a received body to records: per room and whole, with memcpy and
// simdjson's first stage measured beside them. Compare ratios of one run, not numbers of two.
#include <benchmark/benchmark.h>
#include <simdjson.h>

#include <cstring>
#include <string>
#include <vector>

#include "bench/transform/events.h"
#include "codecs/event_reader.h"
#include "codecs/record_writer.h"
#include "forwarder/base/units.h"
#include "forwarder/pipeline/pipeline.h"

namespace auditfwd::bench {
namespace {

constexpr std::size_t kEvents = 400;  // what a kube-apiserver sends at once

// Enough bodies that they come from the third-level cache, as after a receive.
const std::vector<std::string>& bodies(Mix mix) {
    static const auto make = [](Mix m) {
        std::vector<std::string> made;
        Events events{7};
        for (int i = 0; i < 16; ++i) made.push_back(events.list(m, kEvents));
        return made;
    };
    static const auto metadata = make(Mix::kMetadata), mixed = make(Mix::kBodies);
    return mix == Mix::kMetadata ? metadata : mixed;
}

// Runs `work` on one body after the other and counts bytes and events.
template <class Work>
void on_bodies(benchmark::State& state, Work work) {
    const auto& all = bodies(static_cast<Mix>(state.range(0)));
    std::size_t bytes = 0, next = 0;
    for (auto _ : state) {
        work(all[next]);
        bytes += all[next].size();
        next = (next + 1) % all.size();
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * kEvents));
    state.counters["ns/event"] = benchmark::Counter(static_cast<double>(state.iterations() * kEvents) / 1e9,
                                                    benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void memcpy_body(benchmark::State& state) {
    std::string out(16_MiB, '\0');
    on_bodies(state, [&](const std::string& body) {
        std::memcpy(out.data(), body.data(), body.size());
        benchmark::ClobberMemory();
    });
}

void simdjson_stage_1(benchmark::State& state) {
    simdjson::dom::parser parser;
    if (parser.allocate(16_MiB) != simdjson::SUCCESS) state.SkipWithError("no memory");
    on_bodies(state, [&](const std::string& body) {
        const auto* text = reinterpret_cast<const std::uint8_t*>(body.data());
        if (parser.implementation->stage1(text, body.size(), simdjson::stage1_mode::regular) != simdjson::SUCCESS)
            state.SkipWithError("not JSON");
    });
}

void index_alone(benchmark::State& state) {
    std::vector<std::uint32_t> out(EventReader::kWindow + kIndexSlack);
    on_bodies(state, [&](const std::string& body) {
        ScanState carried;
        for (std::size_t at = 0; at < body.size(); at += EventReader::kWindow) {
            const auto bytes = std::min(EventReader::kWindow, body.size() - at);
            benchmark::DoNotOptimize(scan_kernel().index(body.data() + at, bytes, 0, carried, out.data()));
        }
    });
}

void index_and_walk(benchmark::State& state) {
    on_bodies(state, [&](const std::string& body) {
        EventReader reader{body, Framing::kAny};
        for (auto item = reader.next(); item && item->kind != Item::Kind::kEnd; item = reader.next())
            benchmark::DoNotOptimize(reader.event());
    });
}

// The built-in policy on facts decoded before.
void policy(benchmark::State& state) {
    const auto eks = Policy::built_in("eks");
    struct Facts {
        std::string uri, verb, user;
        std::vector<std::string> groups;
    };
    std::vector<Facts> facts;
    EventReader reader{bodies(static_cast<Mix>(state.range(0)))[0], Framing::kAny};
    for (auto item = reader.next(); item && item->kind == Item::Kind::kEvent; item = reader.next()) {
        const auto& event = reader.event();
        facts.push_back({std::string{event.request_uri},
                         std::string{event.verb},
                         std::string{event.user_name},
                         {event.groups.begin(), event.groups.end()}});
    }
    on_bodies(state, [&](const std::string&) {
        for (const auto& fact : facts) {
            const std::vector<std::string_view> groups{fact.groups.begin(), fact.groups.end()};
            benchmark::DoNotOptimize(eks->decide({.stage = Stage::kResponseComplete,
                                                  .request_uri = fact.uri,
                                                  .verb = fact.verb,
                                                  .user_name = fact.user,
                                                  .groups = groups,
                                                  .has_user = true}));
        }
    });
}

// Decode and render at the event's own level: what is more than index_and_walk is rendering.
void walk_and_render(benchmark::State& state) {
    std::string out;
    on_bodies(state, [&](const std::string& body) {
        EventReader reader{body, Framing::kAny};
        RecordWriter writer{{.cluster = "prod-1", .source = "webhook", .peer = {}, .trusted = false}};
        BodyEditor editor{EventReader::kWindow};
        RecordFacts facts;
        out.clear();
        for (auto item = reader.next(); item && item->kind == Item::Kind::kEvent; item = reader.next()) {
            auto& event = reader.event();
            const Verdict verdict{.level = event.level, .rule = 1, .unreadable = false};
            benchmark::DoNotOptimize(
                writer.write(event, reader.edits(), reader.removed(), verdict, editor, out, facts));
        }
    });
}

void transform(benchmark::State& state, const char* policy_name) {
    const Rules rules{Policy::built_in(policy_name)};
    std::size_t stored = 0;
    BlockBuilder block;
    on_bodies(state, [&](const std::string& body) {
        Pipeline pipeline{
            rules, {.cluster = "prod-1", .source = "webhook", .peer = {}, .trusted = false}, body, Framing::kAny};
        for (bool more = true; more;) {
            auto step = pipeline.run(block, limits::kBlockBytes);
            more = step && *step == Pipeline::Step::kMore;
            block.clear();
        }
        stored += pipeline.tally().stored;
    });
    state.counters["stored"] = static_cast<double>(stored) / static_cast<double>(state.iterations() * kEvents);
}

constexpr auto kMetadata = static_cast<int>(Mix::kMetadata), kBodies = static_cast<int>(Mix::kBodies);

BENCHMARK(memcpy_body)->ArgName("bodies")->Arg(kMetadata)->Arg(kBodies);
BENCHMARK(simdjson_stage_1)->ArgName("bodies")->Arg(kMetadata)->Arg(kBodies);
BENCHMARK(index_alone)->ArgName("bodies")->Arg(kMetadata)->Arg(kBodies);
BENCHMARK(index_and_walk)->ArgName("bodies")->Arg(kMetadata)->Arg(kBodies);
BENCHMARK(policy)->ArgName("bodies")->Arg(kMetadata)->Arg(kBodies);
BENCHMARK(walk_and_render)->ArgName("bodies")->Arg(kMetadata)->Arg(kBodies);
BENCHMARK_CAPTURE(transform, metadata, "metadata")->ArgName("bodies")->Arg(kMetadata)->Arg(kBodies);
BENCHMARK_CAPTURE(transform, eks, "eks")->ArgName("bodies")->Arg(kMetadata)->Arg(kBodies);
BENCHMARK_CAPTURE(transform, all, "all")->ArgName("bodies")->Arg(kMetadata)->Arg(kBodies);

}  // namespace
}  // namespace auditfwd::bench

BENCHMARK_MAIN();
