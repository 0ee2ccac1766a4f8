#include "forwarder/source/file/position.h"

#include <gtest/gtest.h>

#include "forwarder/base/limits.h"
#include "forwarder/source/file/gzip_file.h"
#include "tests/source/file/log_writer.h"

namespace auditfwd {
namespace {

using testing::TemporaryDirectory;
using testing::write_file;

const Position kPosition{
    {2049, 1234567}, {987654321, 0xfedcba9876543210, 0x1}, "2026-11-23T23-26-13.664", "2026-11-22T00-00-00.000"};

TEST(Position, Survives_being_written_and_read) {
    EXPECT_EQ(*parse_position(to_text(kPosition)), kPosition);
    EXPECT_EQ(*parse_position(to_text(Position{})), Position{});
    EXPECT_LT(to_text(kPosition).size(), limits::kCheckpointBytesMax / 16);
}

TEST(Position, Is_refused_when_it_is_cut_or_of_another_version) {
    const auto text = to_text(kPosition);
    for (std::size_t n = 0; n < text.size(); ++n) EXPECT_FALSE(parse_position(text.substr(0, n))) << n;
    EXPECT_FALSE(parse_position("2" + text.substr(1)));
    EXPECT_FALSE(parse_position(text + " "));
    EXPECT_FALSE(parse_position(text + " 1"));
    EXPECT_FALSE(parse_position("1 -1 5 0 0 0 - -"));
    EXPECT_FALSE(parse_position("1 99999999999999999999 5 0 0 0 - -"));
    EXPECT_FALSE(parse_position("1 1 5 0 0 0 yesterday -"));
}

class PastTest : public ::testing::Test {
protected:
    std::unique_ptr<File> file_with(const std::string& bytes) {
        write_file(directory_.path() / "log", bytes);
        return *files_.open(directory_.path() / "log", OpenMode::kRead);
    }

    TemporaryDirectory directory_;
    SystemFileSystem files_;
};

std::string text_of(std::size_t bytes) {
    std::string text;
    while (text.size() < bytes) text += "line " + std::to_string(text.size()) + "\n";
    return text.substr(0, bytes);
}

TEST_F(PastTest, Stays_the_same_while_the_file_grows) {
    for (const std::uint64_t offset : {1u, 500u, 1023u, 1024u, 1025u, 5000u}) {
        const auto past = *past_at(*file_with(text_of(5000)), offset, {});
        EXPECT_EQ(*compare(*file_with(text_of(9000)), past), Match::kSame) << offset;
    }
}

TEST_F(PastTest, Grows_step_by_step_to_what_it_is_at_once) {
    const auto file = file_with(text_of(9000));
    Past past;
    for (const std::uint64_t offset : {100u, 900u, 1500u, 9000u}) past = *past_at(*file, offset, past);
    EXPECT_EQ(past, *past_at(*file, 9000, {}));
}

TEST_F(PastTest, Tells_another_file_and_one_that_lost_its_end) {
    const auto past = *past_at(*file_with(text_of(9000)), 8000, {});
    EXPECT_EQ(*compare(*file_with("x" + text_of(9000)), past), Match::kOther);
    EXPECT_EQ(*compare(*file_with(""), past), Match::kOther);
    EXPECT_EQ(*compare(*file_with(text_of(7000)), past), Match::kSameStart);
    EXPECT_EQ(*compare(*file_with(text_of(7000) + std::string(2000, 'x')), past), Match::kSameStart);
}

TEST_F(PastTest, Is_the_same_when_compressed) {
    const auto text = text_of(3'000'000);
    const auto past = *past_at(*file_with(text), 2'500'000, {});
    GzipFile file{file_with(testing::gzip(text))};
    EXPECT_EQ(*compare(file, past), Match::kSame);
}

}  // namespace
}  // namespace auditfwd
