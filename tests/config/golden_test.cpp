// Configurations and exactly what is said about them: golden/NAME.yaml and golden/NAME.txt, one finding a line.
// With AUDITFWD_UPDATE_GOLDEN set the .txt files are written anew, for a human to read before they are committed.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "forwarder/config/parse.h"

namespace auditfwd {
namespace {

std::string read(const std::filesystem::path& path) {
    std::ifstream in{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

std::vector<std::string> golden_names() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator{GOLDEN_DIRECTORY}) {
        if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem());
    }
    std::ranges::sort(names);
    return names;
}

class Golden : public testing::TestWithParam<std::string> {};

TEST_P(Golden, Says_exactly_this) {
    const auto file = std::filesystem::path{GOLDEN_DIRECTORY} / GetParam();
    const auto parsed = parse_config(read(file.string() + ".yaml"), GetParam() + ".yaml");
    std::string said;
    for (const auto& line : parsed.findings.errors()) said += "error: " + line + "\n";
    for (const auto& line : parsed.findings.warnings()) said += "warning: " + line + "\n";
    const auto expected = file.string() + ".txt";
    if (std::getenv("AUDITFWD_UPDATE_GOLDEN")) std::ofstream{expected, std::ios::binary} << said;
    EXPECT_EQ(said, read(expected));
}

INSTANTIATE_TEST_SUITE_P(Configurations, Golden, testing::ValuesIn(golden_names()), [](const auto& test) {
    auto name = test.param;
    std::ranges::replace(name, '-', '_');
    return name;
});

TEST(ConfigReference, Is_up_to_date) {
    if (std::getenv("AUDITFWD_UPDATE_GOLDEN")) std::ofstream{CONFIG_REFERENCE, std::ios::binary} << config_reference();
    EXPECT_EQ(read(CONFIG_REFERENCE), config_reference()) << "run: auditfwd config reference > " << CONFIG_REFERENCE;
}

}  // namespace
}  // namespace auditfwd
