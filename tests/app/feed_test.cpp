#include "forwarder/app/cli/feed.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <random>
#include <string>
#include <vector>

#include "forwarder/base/assert.h"

namespace auditfwd::cli {
namespace {

// A file that holds `text`, read from its beginning.
class Input {
public:
    explicit Input(std::string_view text) : file_{memfd_create("input", 0)} {
        CHECK(file_ >= 0);
        CHECK(write(file_, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
        CHECK(lseek(file_, 0, SEEK_SET) == 0);
    }
    ~Input() { close(file_); }
    int file() const { return file_; }

private:
    const int file_;
};

struct Given {
    std::vector<std::string> texts;
    std::vector<Framing> framings;
    unsigned too_large = 0;
    std::string error;

    std::string all() const {
        std::string out;
        for (const auto& text : texts) out += text;
        return out;
    }
};

Given feed(std::string_view text, std::size_t bytes_max = 64_MiB) {
    const Input input{text};
    Feed feed{input.file(), bytes_max};
    Given given;
    while (true) {
        const auto chunk = feed.next();
        if (!chunk) {
            given.error = chunk.error().message;
            return given;
        }
        if (!*chunk) return given;
        if ((*chunk)->too_large) {
            ++given.too_large;
            continue;
        }
        given.texts.emplace_back((*chunk)->text);
        given.framings.push_back((*chunk)->framing);
    }
}

std::string lines(std::size_t bytes) {
    std::string out;
    for (std::size_t i = 0; out.size() < bytes; ++i) out += R"({"auditID":")" + std::to_string(i) + "{[\\\"\"}\n";
    return out;
}

TEST(Feed, Gives_small_input_whole_for_the_pipeline_to_recognise) {
    for (const std::string text : {"{\"kind\":\n\"EventList\"}", "{}\n{}\n", "[\n]", "no json"}) {
        const auto given = feed(text);
        EXPECT_EQ(given.texts, std::vector{text});
        EXPECT_EQ(given.framings, std::vector{Framing::kAny});
    }
    EXPECT_TRUE(feed("").texts.empty());
    EXPECT_TRUE(feed("\n \r\n").texts.empty());
}

TEST(Feed, Gives_long_NDJSON_in_bounded_chunks_of_whole_lines) {
    for (const auto* before : {"", "\n  \n", "half an event\"}\n", "{\"cut\":{\n"}) {
        for (const auto* after : {"", "{\"no\":\"newline\"}"}) {
            const auto text = before + lines(5 * Feed::kChunkBytes) + after;
            const auto given = feed(text);
            ASSERT_GT(given.texts.size(), 4u) << before;
            EXPECT_EQ(given.all(), text);
            for (std::size_t i = 0; i < given.texts.size(); ++i) {
                EXPECT_LE(given.texts[i].size(), Feed::kChunkBytes);
                EXPECT_EQ(given.framings[i], Framing::kLines);
                EXPECT_TRUE(i + 1 == given.texts.size() || given.texts[i].back() == '\n');
            }
        }
    }
}

TEST(Feed, Gives_one_long_document_whole) {
    const auto padding = std::string(3 * Feed::kChunkBytes, ' ');
    for (const auto& text :
         {"{\n  \"items\": [" + padding + "\n]}", "[\n{}," + padding + "\n{}]", "[" + padding + "]"}) {
        const auto given = feed(text);
        EXPECT_EQ(given.texts, std::vector{text});
        EXPECT_EQ(given.framings, std::vector{Framing::kAny});
    }
}

TEST(Feed, Refuses_a_document_above_its_bound) {
    const auto given = feed("{\n\"a\":" + std::string(3 * Feed::kChunkBytes, ' '), 2 * Feed::kChunkBytes);
    EXPECT_TRUE(given.texts.empty());
    EXPECT_NE(given.error.find("more than 2097152 bytes"), given.error.npos) << given.error;
}

TEST(Feed, Gives_a_long_line_as_one_and_skips_a_longer_one_alone) {
    const auto line = "{\"a\":\"" + std::string(3 * Feed::kChunkBytes, 'x') + "\"}\n";
    const auto text = lines(2 * Feed::kChunkBytes) + line + lines(2 * Feed::kChunkBytes);
    EXPECT_EQ(feed(text).all(), text);
    EXPECT_EQ(feed(text).too_large, 0u);

    const auto bounded = feed(text, 2 * Feed::kChunkBytes);
    EXPECT_EQ(bounded.too_large, 1u);
    EXPECT_EQ(bounded.all(), lines(2 * Feed::kChunkBytes) + lines(2 * Feed::kChunkBytes));
    EXPECT_EQ(bounded.error, "");
}

TEST(Feed, Loses_no_byte_whatever_the_lines) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE(seed);
    std::mt19937_64 random{seed};
    for (int round = 0; round < 10; ++round) {
        std::string text = "{}\n";
        while (text.size() < 4 * Feed::kChunkBytes) {
            text.append(random() % (random() % 8 == 0 ? 2'000'000 : 5'000), static_cast<char>('a' + random() % 26));
            text.append(random() % 3, '\n');
        }
        EXPECT_EQ(feed(text).all(), text);
    }
}

}  // namespace
}  // namespace auditfwd::cli
