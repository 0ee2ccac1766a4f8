#include "forwarder/source/file/gzip_file.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/source/file/log_writer.h"

namespace auditfwd {
namespace {

using testing::gzip;

std::string lines_of(std::size_t bytes) {
    std::mt19937_64 random{bytes};
    std::string text;
    while (text.size() < bytes) text += R"({"auditID":")" + std::to_string(random()) + "\"}\n";
    return text;
}

class GzipFileTest : public ::testing::Test {
protected:
    std::unique_ptr<GzipFile> open(std::string_view compressed) {
        testing::write_file(directory_.path() / "log.gz", compressed);
        return std::make_unique<GzipFile>(*files_.open(directory_.path() / "log.gz", OpenMode::kRead));
    }
    static std::string read(File& file, std::uint64_t position, std::size_t bytes) {
        std::string text(bytes, '\0');
        text.resize(*file.read_at(position, text));
        return text;
    }

    testing::TemporaryDirectory directory_;
    SystemFileSystem files_;
};

TEST_F(GzipFileTest, Reads_like_the_plain_file_at_any_position) {
    const auto text = lines_of(5'000'000);
    const auto file = open(gzip(text));
    std::mt19937_64 random{1};
    for (int i = 0; i < 60; ++i) {
        const auto position = random() % (text.size() + 10);
        const auto bytes = random() % 900'000;
        EXPECT_EQ(read(*file, position, bytes), position < text.size() ? text.substr(position, bytes) : "");
    }
    EXPECT_FALSE(file->damaged());
}

TEST_F(GzipFileTest, Reads_members_one_after_the_other_and_passes_over_padding) {
    const auto file = open(gzip("one\n") + gzip("two\n") + std::string(100, '\0'));
    EXPECT_EQ(read(*file, 0, 100), "one\ntwo\n");
    EXPECT_FALSE(file->damaged());
}

TEST_F(GzipFileTest, Is_empty_when_its_content_is) {
    const auto file = open(gzip(""));
    EXPECT_EQ(read(*file, 0, 100), "");
    EXPECT_FALSE(file->damaged());
}

TEST_F(GzipFileTest, Gives_what_stands_before_the_damage) {
    const auto text = lines_of(1'000'000);
    const auto whole = gzip(text);
    for (const auto cut : {std::size_t{0}, std::size_t{5}, std::size_t{20}, whole.size() / 2, whole.size() - 4}) {
        const auto file = open(std::string_view{whole}.substr(0, cut));
        const auto got = read(*file, 0, text.size() + 1);
        EXPECT_TRUE(text.starts_with(got)) << cut;
        EXPECT_TRUE(file->damaged()) << cut;
        EXPECT_GE(got.size(), cut >= whole.size() / 2 ? text.size() / 3 : 0);
    }
}

TEST_F(GzipFileTest, Ends_whatever_bytes_it_is_given) {
    std::mt19937_64 random{7};
    const auto whole = gzip(lines_of(300'000));
    for (int i = 0; i < 300; ++i) {
        auto bytes = whole;
        for (int k = 0; k < 3; ++k) bytes[random() % bytes.size()] = static_cast<char>(random());
        if (i % 3 == 0) bytes.resize(random() % bytes.size());
        const auto file = open(bytes);
        read(*file, 0, 2'000'000);
        read(*file, 1000, 1000);
    }
    const auto file = open("this is no gzip file at all");
    EXPECT_EQ(read(*file, 0, 100), "");
    EXPECT_TRUE(file->damaged());
}

TEST_F(GzipFileTest, Is_only_read) {
    const auto file = open(gzip("x"));
    EXPECT_FALSE(file->truncate(0));
    EXPECT_FALSE(file->sync());
    const std::string_view part = "y";
    EXPECT_FALSE(file->write_at(0, {&part, 1}));
}

}  // namespace
}  // namespace auditfwd
