#include "forwarder/intake/rejections.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace auditfwd {
namespace {

class RejectionsTest : public ::testing::Test {
protected:
    RejectionsTest() { std::filesystem::remove_all(directory); }
    ~RejectionsTest() override { std::filesystem::remove_all(directory); }

    std::string written() {
        auto text = read_file(files, directory / "rejected.ndjson", 4 << 20);
        return text ? *text : "";
    }

    const std::filesystem::path directory = ::testing::TempDir() + "/auditfwd_rejections_test";
    SystemFileSystem files;
    SystemClock clock;
    Metrics metrics;
};

TEST_F(RejectionsTest, Notes_facts_and_never_the_bytes) {
    {
        Rejections rejections{directory, files, clock, metrics};
        rejections.note(rejections.line({"prod", "webhook", 7, "{\"password\":\"hunter2\"}", "missing auditID"}));
    }
    const auto text = written();
    EXPECT_NE(text.find(R"("item":7,"bytes":22)"), std::string::npos) << text;
    EXPECT_NE(text.find(R"("reason":"missing auditID")"), std::string::npos) << text;
    EXPECT_EQ(text.find("hunter2"), std::string::npos);
}

TEST_F(RejectionsTest, Equal_items_have_equal_hashes_and_another_process_has_others) {
    Rejections one{directory, files, clock, metrics};
    Rejections other{directory, files, clock, metrics};
    const auto hash = [](const std::string& line) { return line.substr(line.find("\"hash\""), 41); };
    const RejectedItem item{"c", "s", 0, "bytes", "syntax"};
    EXPECT_EQ(hash(one.line(item)), hash(one.line(item)));
    EXPECT_NE(hash(one.line(item)), hash(other.line(item)));
}

TEST_F(RejectionsTest, Two_files_bound_the_disk) {
    {
        Rejections rejections{directory, files, clock, metrics};
        for (int i = 0; i < 40; ++i) rejections.note(std::string(200 << 10, 'x') + "\n");
    }
    std::uintmax_t bytes = 0;
    for (const auto& entry : std::filesystem::directory_iterator{directory}) bytes += entry.file_size();
    EXPECT_LE(bytes, 2 * Rejections::kFileBytesMax);
}

}  // namespace
}  // namespace auditfwd
