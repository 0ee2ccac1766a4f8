// Any bytes as a configuration: an answer on lines of its own, never a crash.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "forwarder/base/assert.h"
#include "forwarder/config/parse.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const auto parsed = auditfwd::parse_config(text, "fuzz.yaml");
    for (const auto& line : parsed.findings.errors())
        CHECK(line.starts_with("fuzz.yaml:") && line.find('\n') == line.npos);
    return 0;
}
