// The pipeline against the plain reference, byte for byte, on random events.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "forwarder/pipeline/pipeline.h"
#include "tests/codecs/random_event.h"
#include "tests/pipeline/reference.h"
#include "tests/pipeline/support.h"

namespace auditfwd {
namespace {

constexpr const char* kPolicies[] = {
    "rules: [{level: Metadata}]",
    "rules: [{level: Request, omitManagedFields: true}]",
    "rules: [{level: RequestResponse}]",
    "rules: [{level: RequestResponse, omitManagedFields: true}]",
    "rules: [{level: None, verbs: [watch]}, {level: RequestResponse, users: [b], omitStages: [Panic]}, {level: "
    "Request, verbs: [get]}]",
};

// One pair of words for what became of an item, so that a difference reads well.
std::string said(const plain::Outcome& outcome) {
    switch (outcome.kind) {
        case plain::Outcome::Kind::kStored:
            return "stored " + outcome.record;
        case plain::Outcome::Kind::kDropped:
            return "dropped";
        case plain::Outcome::Kind::kRejected:
            break;
    }
    return "rejected: " + std::string{to_string(outcome.reason)};
}

void compare(RandomEvent& random, const Policy& policy, std::size_t count, Framing framing) {
    std::vector<std::string> items;
    for (std::size_t i = 0; i < count; ++i) {
        items.push_back(random.event(
            {.lines = framing == Framing::kLines, .faults = random.chance(50), .hostile = random.chance(80)}));
    }
    std::string body =
        framing == Framing::kLines ? "" : R"({"kind":"EventList","apiVersion":"audit.k8s.io/v1","items":[)";
    for (std::size_t i = 0; i < count; ++i) {
        if (framing == Framing::kLines)
            body += items[i] + '\n';
        else
            body += (i == 0 ? "" : ",") + items[i];
    }
    if (framing == Framing::kAny) body += "]}";
    const auto run = run_pipeline(body, framing, policy);
    ASSERT_TRUE(run.error.empty()) << run.error << '\n' << body;
    ASSERT_EQ(run.items.size(), items.size()) << body;
    for (std::size_t i = 0; i < count; ++i) {
        ASSERT_EQ(run.items[i], said(plain::expect(items[i], policy))) << items[i];
    }
}

TEST(Pipeline, Does_what_the_plain_reference_does_with_random_events) {
    const auto* const rounds_text = std::getenv("AUDITFWD_PROPERTY_ROUNDS");
    const auto rounds = rounds_text ? std::atoi(rounds_text) : 60;
    const auto seed = test_seed();
    for (int round = 0; round < rounds; ++round) {
        RandomEvent random{seed + static_cast<std::uint64_t>(round)};
        SCOPED_TRACE("seed " + std::to_string(seed + static_cast<std::uint64_t>(round)));
        for (const auto* text : kPolicies) {
            const auto policy =
                Policy::load(std::string{"apiVersion: audit.k8s.io/v1\nkind: Policy\n"} + text, "test", {})
                    .value()
                    .policy;
            compare(random, *policy, 8, random.chance(50) ? Framing::kLines : Framing::kAny);
            if (HasFatalFailure()) return;
        }
    }
}

}  // namespace
}  // namespace auditfwd
