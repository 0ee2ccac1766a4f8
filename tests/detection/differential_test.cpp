// The compiled plan says what the naive interpreter says.
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/detection/random_rules.h"
#include "tests/detection/support.h"

namespace auditfwd {
namespace {

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
    const char* value = std::getenv(name);
    return value ? std::strtoull(value, nullptr, 10) : otherwise;
}

TEST(Plan, Decides_random_rules_over_random_events_as_the_naive_interpreter) {
    const auto first = setting("AUDITFWD_SEED", 1);
    const auto seeds = setting("AUDITFWD_SEEDS", 200);
    std::size_t pairs = 0;
    std::size_t detections = 0;
    for (auto seed = first; seed < first + seeds; ++seed) {
        SCOPED_TRACE("AUDITFWD_SEED=" + std::to_string(seed));
        RandomRules random{seed};
        const auto text = random.file(seed % 3 == 0 ? 90 : 1 + seed % 20);
        const auto loaded = Ruleset::load({{.name = "r", .text = text}}, RandomRules::fields());
        ASSERT_TRUE(loaded) << loaded.error().message << "\n" << text;
        FakeFieldSource source{loaded->rules->fields()};
        Detector detector{loaded->rules};
        for (int i = 0; i < 100; ++i, ++pairs) {
            const auto event = random.event();
            source.event(event);
            std::string found;
            for (const auto rule : detector.detect(source)) {
                found += (found.empty() ? "" : ",") + loaded->rules->rules()[rule].name;
                ++detections;
                EXPECT_FALSE(loaded->rules->because(rule, source).empty());
            }
            ASSERT_EQ(found, random.expected(event)) << text;
        }
    }
    std::printf("%zu pairs of rules and event, %zu detections, first seed %llu\n", pairs, detections,
                static_cast<unsigned long long>(first));
}

}  // namespace
}  // namespace auditfwd
