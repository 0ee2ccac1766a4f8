// What the fuzzer does, on its kept corpus and on random changes of it.
#include "tests/spool/segment_torture.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <vector>

namespace auditfwd::testing {
namespace {

std::vector<std::string> corpus() {
    std::vector<std::string> inputs;
    for (const auto& entry : std::filesystem::directory_iterator{SEGMENT_SEEDS}) {
        std::ifstream file{entry.path(), std::ios::binary};
        std::stringstream bytes;
        bytes << file.rdbuf();
        inputs.push_back(bytes.str());
    }
    return inputs;
}

std::string changed(std::string bytes, std::mt19937& random) {
    for (unsigned changes = 1 + random() % 4; changes > 0 && !bytes.empty(); --changes) {
        const auto at = random() % bytes.size();
        const auto n = std::min<std::size_t>(bytes.size() - at, 1 + random() % 40);
        switch (random() % 5) {
            case 0:
                bytes[at] = static_cast<char>(random());
                break;
            case 1:
                bytes[at] ^= static_cast<char>(1 << random() % 8);
                break;
            case 2:
                bytes.erase(at, n);
                break;
            case 3:
                bytes.insert(at, bytes.substr(random() % bytes.size(), n));
                break;
            default:
                bytes.resize(at);
                break;
        }
    }
    return bytes;
}

TEST(Segment, Of_the_kept_corpus_never_keeps_a_spool_from_opening) {
    const auto inputs = corpus();
    ASSERT_GE(inputs.size(), 4u);
    for (const auto& input : inputs) torture_segment(input);
    torture_segment("");
}

TEST(Segment, Changed_at_random_never_keeps_a_spool_from_opening) {
    const auto inputs = corpus();
    std::mt19937 random{1};
    for (int i = 0; i < 2000; ++i) torture_segment(changed(inputs[random() % inputs.size()], random));
}

}  // namespace
}  // namespace auditfwd::testing
