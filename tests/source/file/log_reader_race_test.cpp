// Something happens to the log just before the n-th call of the file system, for every n there is.
#include <gtest/gtest.h>

#include "forwarder/base/log.h"
#include "tests/source/file/hooked_file_system.h"
#include "tests/source/file/test_reader.h"

namespace auditfwd {
namespace {

using testing::HookedFileSystem;
using testing::LogWriter;
using testing::TestReader;

// A log of two rotated files, of which the first line has been read, and a live one.
struct Scene {
    Scene() {
        log.write("1\n");
        reader.run();
        log.write("2\n3\n");
        first = log.rotate();
        log.write("4\n5\n");
        second = log.rotate();
        log.write("6\n7\n");
    }
    LogReader::Options options() const {
        LogReader::Options options;
        options.source = "file";
        options.path = log.live();
        options.chunk_bytes = 4;  // two lines
        options.line_bytes_max = 100;
        return options;
    }
    // Runs the reader; `happens` before call `n`, if it comes to that.
    bool run(unsigned long n, const std::function<void()>& happens) {
        unsigned long calls = 0;
        files.before = [&] {
            if (calls++ == n) happens();
            return true;
        };
        reader.run();
        files.before = [] { return true; };
        return calls > n;
    }

    testing::TemporaryDirectory directory;
    LogWriter log{directory.path() / "audit.log"};
    HookedFileSystem files;
    TestReader reader{options(), files};
    std::string first;
    std::string second;
};

struct Race {
    const char* what;
    void (*happens)(Scene& scene);
    const char* written;  // by it
};

void rotate_and_write(Scene& scene) {
    scene.log.rotate();
    scene.log.write("8\n");
}
void rotate_twice(Scene& scene) {
    rotate_and_write(scene);
    scene.log.rotate();
    scene.log.write("9\n");
}
void rotate_and_compress(Scene& scene) {
    const auto time = scene.log.rotate();
    scene.log.write("8\n");
    scene.log.compress(time);
}
// The new log may get the inode of the compressed one.
void rotate_compress_and_rotate(Scene& scene) {
    rotate_and_compress(scene);
    scene.log.rotate();
    scene.log.write("9\n");
}
void rotate_twice_and_compress_the_later(Scene& scene) {
    rotate_and_write(scene);
    const auto time = scene.log.rotate();
    scene.log.write("9\n");
    scene.log.compress(time);
}

constexpr Race kRaces[] = {
    {"a rotation", rotate_and_write, "8\n"},
    {"two rotations", rotate_twice, "8\n9\n"},
    {"a rotation and compression", rotate_and_compress, "8\n"},
    {"a rotation, compression and rotation", rotate_compress_and_rotate, "8\n9\n"},
    {"two rotations and the later file's compression", rotate_twice_and_compress_the_later, "8\n9\n"},
    {"compression of the first file", [](Scene& scene) { scene.log.compress(scene.first); }, ""},
    {"compression of the second file", [](Scene& scene) { scene.log.compress(scene.second); }, ""},
    {"a line", [](Scene& scene) { scene.log.write("8\n"); }, "8\n"},
};

TEST(LogReaderRace, Loses_and_repeats_nothing_whenever_it_happens) {
    open_log(LogFormat::kText, LogLevel::kError);
    for (const auto& race : kRaces) {
        for (const bool restarted : {false, true}) {
            unsigned long n = 0;
            for (bool happened = true; happened && !HasFailure(); ++n) {
                Scene scene;
                if (restarted) scene.reader.restart();
                happened = scene.run(n, [&] { race.happens(scene); });
                if (!happened) race.happens(scene);
                scene.log.rotate();
                scene.log.write("last\n");
                scene.reader.run();
                EXPECT_EQ(scene.reader.text, "1\n2\n3\n4\n5\n6\n7\n" + std::string{race.written} + "last\n")
                    << race.what << " before call " << n << (restarted ? " after a restart" : "");
                EXPECT_EQ(scene.reader.lost(), 0) << race.what << " before call " << n;
            }
            EXPECT_GT(n, 20u);
        }
    }
}

TEST(LogReaderRace, Takes_nothing_of_a_file_that_is_truncated_at_any_moment) {
    const std::string before = "1\n2\n3\n4\n5\n";
    const std::string after = "longer than all there was before\n";
    ::testing::internal::CaptureStderr();  // each time the reader rightly says so
    for (unsigned long n = 0;; ++n) {
        Scene scene;
        scene.reader.run();
        scene.log.write("8\n9\n");
        const bool happened = scene.run(n, [&] {
            scene.log.truncate(false);
            scene.log.write(after);
        });
        if (!happened) break;
        // What was not taken before it happened is lost, and counted.
        EXPECT_TRUE(scene.reader.text == before + "6\n7\n" + after ||
                    scene.reader.text == before + "6\n7\n8\n9\n" + after)
            << n << ": " << scene.reader.text;
        EXPECT_EQ(scene.reader.metrics.truncations.Value(), 1) << n;
    }
    ::testing::internal::GetCapturedStderr();
}

}  // namespace
}  // namespace auditfwd
