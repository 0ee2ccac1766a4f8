// What the fuzzers found interesting so far, once more, also where no fuzzer can be built.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "tests/fuzz/policy/targets.h"

namespace auditfwd {
namespace {

TEST(PolicySeeds, Do_no_harm_to_either_target) {
    std::size_t count = 0;
    for (const auto& seed : std::filesystem::directory_iterator{AUDITFWD_POLICY_SEEDS}) {
        SCOPED_TRACE(seed.path().filename().string());
        std::ifstream file{seed.path(), std::ios::binary};
        const std::vector<char> text{std::istreambuf_iterator<char>{file}, {}};
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
        try_policy_file(bytes, text.size());
        try_request(bytes, text.size());
        ++count;
    }
    EXPECT_GT(count, 100u);
}

}  // namespace
}  // namespace auditfwd
