// Rules and events of which every choice is a byte of the input: the compiled plan says what the naive interpreter
// says.
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

#include "forwarder/detection/ruleset.h"
#include "tests/detection/random_rules.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace auditfwd;
    if (size == 0) return 0;
    RandomRules random{1, std::span{data + 1, size - 1}};
    const auto text = random.file(1 + data[0] % 12);
    const auto loaded = Ruleset::load({{.name = "r", .text = text}}, RandomRules::fields());
    if (!loaded) std::abort();
    FakeFieldSource source{loaded->rules->fields()};
    Detector detector{loaded->rules};
    for (int i = 0; i < 8; ++i) {
        const auto event = random.event();
        source.event(event);
        std::string found;
        for (const auto rule : detector.detect(source)) {
            found += (found.empty() ? "" : ",") + loaded->rules->rules()[rule].name;
            if (loaded->rules->because(rule, source).empty()) std::abort();
        }
        if (found != random.expected(event)) std::abort();
    }
    return 0;
}
