#include "forwarder/net/gunzip.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/net/gzip.h"

namespace auditfwd {
namespace {

using testing::gzip;

struct Unzipped {
    std::string text;
    std::string error;
    bool complete = false;
};

// Gives `zipped` in portions of `portion` and takes output in rooms of `room`, `bytes_max` in all.
Unzipped unzip(std::string_view zipped, std::size_t portion, std::size_t room, std::size_t bytes_max = 400'000) {
    Gunzip gunzip;
    Unzipped result;
    std::string out(bytes_max, '\0');
    std::size_t size = 0;
    while (!zipped.empty()) {
        auto in = zipped.substr(0, portion);
        zipped.remove_prefix(in.size());
        bool pending = false;
        while (!in.empty() || pending) {
            const auto step = gunzip.step(in, std::span{out}.subspan(size).first(std::min(room, bytes_max - size)));
            if (!step) {
                result.error = to_string(step.error().code);
                return result;
            }
            in.remove_prefix(step->consumed);
            size += step->produced;
            pending = step->pending;
        }
    }
    result.text = out.substr(0, size);
    result.complete = gunzip.complete();
    return result;
}

std::string sample(std::size_t bytes) {
    std::mt19937 random{7};
    std::string text;
    while (text.size() < bytes) text += "{\"auditID\":\"" + std::to_string(random()) + "\",\"verb\":\"get\"},";
    text.resize(bytes);
    return text;
}

TEST(Gunzip, Gives_what_was_zipped_however_it_is_cut) {
    for (const std::size_t bytes : {0u, 1u, 100u, 70'000u, 300'000u}) {
        const auto text = sample(bytes);
        const auto zipped = gzip(text);
        for (const std::size_t portion : {1u, 3u, 17u, 4096u, 16'384u, 1'000'000u}) {
            for (const std::size_t room : {1u, 64u, 5000u, 1'000'000u}) {
                if (bytes > 1000 && (portion < 10 || room < 10)) continue;  // the small ones did that
                const auto result = unzip(zipped, portion, room);
                EXPECT_EQ(result.error, "");
                EXPECT_TRUE(result.complete) << bytes << ' ' << portion << ' ' << room;
                EXPECT_TRUE(result.text == text) << bytes << ' ' << portion << ' ' << room;
            }
        }
    }
}

TEST(Gunzip, Members_one_after_the_other_are_one_stream) {
    const auto zipped = gzip(sample(5000)) + gzip("") + gzip("end");
    for (const std::size_t portion : {1u, 2u, 7u, 100u, 100'000u}) {
        const auto result = unzip(zipped, portion, 1'000'000);
        EXPECT_TRUE(result.complete) << portion;
        EXPECT_TRUE(result.text == sample(5000) + "end") << portion << ' ' << result.error;
    }
}

TEST(Gunzip, A_stream_that_is_cut_is_not_complete) {
    const auto zipped = gzip(sample(2000));
    for (std::size_t bytes = 0; bytes < zipped.size(); ++bytes) {
        const auto result = unzip(std::string_view{zipped}.substr(0, bytes), 50, 4000, 4000);
        EXPECT_FALSE(result.complete) << bytes;
    }
}

TEST(Gunzip, What_is_not_gzip_is_refused) {
    EXPECT_EQ(unzip("{\"kind\":\"EventList\"}", 100, 1000).error, "invalid");
    EXPECT_EQ(unzip(gzip("abc") + "trailing garbage", 1000, 1000).error, "invalid");
    auto wrong_sum = gzip("abc");
    wrong_sum[wrong_sum.size() - 6] ^= 1;
    EXPECT_EQ(unzip(wrong_sum, 1000, 1000).error, "invalid");
}

TEST(Gunzip, A_bomb_ends_where_the_room_does) {
    const auto bomb = gzip(std::string(10'000'000, '\0'));
    EXPECT_LT(bomb.size(), 100'000u);
    EXPECT_EQ(unzip(bomb, 16'384, 1u << 20, 9'999'999).error, "too_large");
    EXPECT_TRUE(unzip(bomb, 16'384, 1u << 20, 10'000'000).complete);
}

TEST(Gunzip, Garbage_does_no_harm) {
    std::mt19937 random{std::random_device{}()};
    const auto seed = random();
    random.seed(seed);
    SCOPED_TRACE("seed " + std::to_string(seed));
    const auto zipped = gzip(sample(20'000));
    for (int round = 0; round < 300; ++round) {
        auto damaged = zipped;
        for (int i = 0; i < 3; ++i) damaged[random() % damaged.size()] = static_cast<char>(random());
        unzip(damaged, 1 + random() % 5000, 1 + random() % 50'000, 50'000);
    }
}

}  // namespace
}  // namespace auditfwd
