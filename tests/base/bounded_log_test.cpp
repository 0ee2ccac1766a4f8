#include "forwarder/base/bounded_log.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>

#include "forwarder/base/units.h"
#include "tests/support/forgetful_file_system.h"

namespace auditfwd {
namespace {

using testing::ForgetfulFileSystem;
using Fate = ForgetfulFileSystem::Fate;
using Call = ForgetfulFileSystem::Call;

const std::filesystem::path kDirectory = "/spool/deadletters/x";

Result<void> append(BoundedLog& log, std::string_view line) { return log.append({&line, 1}); }

std::vector<std::string> lines_in(ForgetfulFileSystem& files) {
    std::vector<std::string> lines;
    for (const auto& piece : list_pieces(files, kDirectory).value()) {
        std::istringstream text{files.content(piece.path)};
        for (std::string line; std::getline(text, line);) lines.push_back(line);
    }
    return lines;
}

TEST(BoundedLog, Lines_come_back_in_order_after_a_restart) {
    ForgetfulFileSystem files{1};
    for (int start = 0; start < 3; ++start) {
        BoundedLog log{files, kDirectory, 1_MiB};
        ASSERT_TRUE(append(log, "line " + std::to_string(start)));
        EXPECT_EQ(log.lines(), static_cast<std::uint64_t>(start) + 1);
    }
    EXPECT_EQ(lines_in(files), (std::vector<std::string>{"line 0", "line 1", "line 2"}));
}

TEST(BoundedLog, The_oldest_go_when_the_bound_is_reached_and_are_counted) {
    ForgetfulFileSystem files{1};
    constexpr std::uint64_t kBound = 64_KiB;
    BoundedLog log{files, kDirectory, kBound};
    for (int i = 0; i < 1000; ++i) {
        ASSERT_TRUE(append(log, std::to_string(i) + std::string(200, '.')));
        ASSERT_LE(log.bytes(), kBound);
    }
    const auto kept = lines_in(files);
    EXPECT_EQ(kept.back().substr(0, 3), "999");
    EXPECT_EQ(log.lines(), kept.size());
    EXPECT_EQ(log.expired() + kept.size(), 1000u);
    EXPECT_GT(kept.size(), 250u);
    EXPECT_EQ(kept.front().substr(0, kept.front().find('.')), std::to_string(log.expired()));
}

TEST(BoundedLog, A_line_beyond_the_bound_is_refused) {
    ForgetfulFileSystem files{1};
    BoundedLog log{files, kDirectory, 100};
    EXPECT_EQ(append(log, std::string(100, '.')).error().code, ErrorCode::kTooLarge);
    EXPECT_TRUE(append(log, std::string(99, '.')));
}

TEST(BoundedLog, A_half_written_line_costs_no_other) {
    for (unsigned seed = 0; seed < 50; ++seed) {
        ForgetfulFileSystem files{seed};
        BoundedLog log{files, kDirectory, 1_MiB};
        ASSERT_TRUE(append(log, "first"));
        files.fail_nth(0, Fate::kFull, [](Call call) { return call == Call::kWrite; });
        ASSERT_FALSE(append(log, "second"));
        files.judge(nullptr);
        ASSERT_TRUE(append(log, "third"));
        const auto lines = lines_in(files);
        ASSERT_EQ(lines.front(), "first");
        ASSERT_EQ(lines.back(), "third");
        ASSERT_TRUE(log.sync());
    }
}

TEST(BoundedLog, What_was_synced_survives_any_failure_and_a_power_loss) {
    for (unsigned seed = 0; seed < 200; ++seed) {
        ForgetfulFileSystem files{seed};
        std::vector<std::string> synced;
        {
            BoundedLog log{files, kDirectory, 1_MiB};
            std::mt19937 random{seed};
            files.fail_nth(static_cast<unsigned>(random() % 40));
            std::vector<std::string> unsynced;
            for (int i = 0; i < 20; ++i) {
                const auto line = std::to_string(i) + std::string(random() % 3000, '.');
                if (append(log, line)) unsynced.push_back(line);
                if (random() % 3 != 0) continue;
                if (log.sync()) {
                    synced.insert(synced.end(), unsynced.begin(), unsynced.end());
                } else {
                    synced.clear();  // promises nothing about earlier lines of this test's own
                    break;
                }
                unsynced.clear();
            }
            files.judge(nullptr);
        }
        files.lose_power();
        const auto lines = lines_in(files);
        for (const auto& line : synced)
            ASSERT_NE(std::find(lines.begin(), lines.end(), line), lines.end()) << "seed " << seed;
        BoundedLog log{files, kDirectory, 1_MiB};
        ASSERT_TRUE(append(log, "after"));
        ASSERT_EQ(lines_in(files).back(), "after");
    }
}

TEST(BoundedLog, A_directory_that_was_made_but_not_synced_is_synced_later_or_nothing_is_appended) {
    for (unsigned seed = 0; seed < 20; ++seed) {
        ForgetfulFileSystem files{seed};
        {
            BoundedLog log{files, kDirectory, 1_MiB};
            files.judge([](Call call, const std::filesystem::path& path) {
                return call == Call::kSyncDirectory && path == kDirectory.parent_path() ? Fate::kFail : Fate::kWork;
            });
            ASSERT_FALSE(append(log, "line"));
            ASSERT_FALSE(append(log, "line"));
            files.judge(nullptr);
            ASSERT_TRUE(append(log, "line"));
            ASSERT_TRUE(log.sync());
        }
        files.lose_power();
        ASSERT_EQ(lines_in(files), std::vector<std::string>{"line"}) << "seed " << seed;
    }
}

// The number of a piece without a line is the next piece's too.
TEST(BoundedLog, A_piece_that_was_read_goes_without_its_successor_of_the_same_name) {
    ForgetfulFileSystem files{1};
    BoundedLog log{files, kDirectory, 1_MiB};
    files.judge([](Call call, const std::filesystem::path&) {
        return call == Call::kWrite ? Fate::kFull : Fate::kWork;
    });
    ASSERT_FALSE(append(log, "torn"));
    files.judge(nullptr);
    const auto pieces = log.close_pieces().value();
    ASSERT_TRUE(append(log, "new"));
    for (const auto& piece : pieces) ASSERT_TRUE(log.remove(piece));
    EXPECT_EQ(lines_in(files), std::vector<std::string>{"new"});
}

TEST(BoundedLog, A_piece_that_was_read_can_go) {
    ForgetfulFileSystem files{1};
    BoundedLog log{files, kDirectory, 1_MiB};
    ASSERT_TRUE(append(log, "old"));
    const auto pieces = log.close_pieces().value();
    ASSERT_TRUE(append(log, "new"));
    for (const auto& piece : pieces) ASSERT_TRUE(log.remove(piece));
    EXPECT_EQ(lines_in(files), std::vector<std::string>{"new"});
    EXPECT_EQ(log.expired(), 0u);
    EXPECT_EQ(log.lines(), 1u);
}

}  // namespace
}  // namespace auditfwd
