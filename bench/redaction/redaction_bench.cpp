// What redaction costs an event, beside simdjson's first stage and decoding in the same run. On bodies decoding counts
// with the check of what is kept, which redaction takes over.
//
// Rounds of all measurements alternate, so that a busy machine hurts all alike; the least time of each body counts.
#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "bench/transform/events.h"
#include "codecs/body_edits.h"
#include "codecs/event_reader.h"
#include "forwarder/base/units.h"
#include "forwarder/redaction/redaction.h"
#include "forwarder/redaction/redactor.h"

namespace auditfwd::bench {
namespace {

constexpr std::size_t kEvents = 400;  // what a kube-apiserver sends at once
constexpr std::size_t kBodies = 16;   // so that they come from the third-level cache, as after a receive
constexpr int kRounds = 100;

volatile std::size_t sink;  // so that nothing measured is optimised away

std::vector<std::string> bodies(Mix mix) {
    std::vector<std::string> all;
    Events events{7};
    for (std::size_t i = 0; i < kBodies; ++i) all.push_back(events.list(mix, kEvents));
    return all;
}

void stage_1(const std::string& body) {
    static simdjson::dom::parser parser;
    if (parser.capacity() == 0 && parser.allocate(64_MiB) != simdjson::SUCCESS) std::abort();
    const auto* text = reinterpret_cast<const std::uint8_t*>(body.data());
    sink = parser.implementation->stage1(text, body.size(), simdjson::stage1_mode::regular) == simdjson::SUCCESS;
}

// Decodes, and hands each event to `work`.
template <class Work>
void decode(const std::string& body, Work work) {
    EventReader reader{body, Framing::kAny};
    std::size_t count = 0;
    for (auto item = reader.next(); item && item->kind == Item::Kind::kEvent; item = reader.next()) {
        work(reader);
        count += reader.edits().empty() ? 1 : 2;
    }
    sink = count;
}

void check_bodies(EventReader& reader, BodyEditor& editor) {
    auto& event = reader.event();
    for (auto& member : event.members) {
        if (member.unchecked && !member.cut && !editor.check(event, member)) std::abort();
    }
}

void decode_alone(const std::string& body) {
    BodyEditor editor{16_KiB};
    decode(body, [&](EventReader& reader) { check_bodies(reader, editor); });
}

void decode_and_redact(const std::string& body, const Redaction& redaction) {
    Redactor redactor{&redaction};
    decode(body, [&](EventReader& reader) {
        if (!redactor.apply(reader.event(), reader.edits(), reader.removed())) std::abort();
    });
}

// The least time of each body, so that whatever else the machine does hurts little.
struct Measured {
    std::array<double, kBodies> least;
    Measured() { least.fill(std::numeric_limits<double>::max()); }

    template <class Work>
    void take(std::size_t body, Work work) {
        const auto begin = std::chrono::steady_clock::now();
        work();
        const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begin;
        least[body] = std::min(least[body], took.count());
    }
    double ns() const { return std::accumulate(least.begin(), least.end(), 0.0) / (kEvents * kBodies); }
};

void measure(std::string_view name, Mix mix) {
    const auto all = bodies(mix);
    std::size_t bytes = 0;
    for (const auto& body : all) bytes += body.size();
    Redaction standard, strict;
    strict.mode = RedactionMode::kStrict;
    Measured first, decoded, with_standard, with_strict;
    for (int round = 0; round < kRounds; ++round) {
        for (std::size_t i = 0; i < kBodies; ++i) {
            first.take(i, [&] { stage_1(all[i]); });
            decoded.take(i, [&] { decode_alone(all[i]); });
            with_standard.take(i, [&] { decode_and_redact(all[i], standard); });
            with_strict.take(i, [&] { decode_and_redact(all[i], strict); });
        }
    }
    fmt::print("{} ({} B/event): stage 1 {:.0f} ns, decode {:.0f} ns\n", name, bytes / kEvents / kBodies, first.ns(),
               decoded.ns());
    for (const auto& [mode, measured] : {std::pair{"standard", &with_standard}, std::pair{"strict", &with_strict}}) {
        const auto cost = measured->ns() - decoded.ns();
        fmt::print("  {:8} {:5.0f} ns/event = {:.2f} x stage 1 = {:.2f} x decode\n", mode, cost, cost / first.ns(),
                   cost / decoded.ns());
    }
}

}  // namespace
}  // namespace auditfwd::bench

int main() {
    using auditfwd::bench::Mix;
    auditfwd::bench::measure("Metadata", Mix::kMetadata);
    auditfwd::bench::measure("bodies", Mix::kBodies);
}
