#include "forwarder/source/file/follower.h"

#include <gtest/gtest.h>

#include "forwarder/source/file/log_names.h"
#include "forwarder/source/file/loss_watch.h"

namespace auditfwd {
namespace {

std::string at(int minute) { return "2026-11-23T23-" + std::to_string(10 + minute) + "-13.664"; }
LogFile rotated(int minute, std::uint64_t inode) { return {at(minute), false, {1, inode}, 100}; }
LogFile compressed(int minute, std::uint64_t inode) { return {at(minute), true, {1, inode}, 50}; }
LogFile live(std::uint64_t inode, std::uint64_t size = 100) { return {{}, false, {1, inode}, size}; }

Position reading(std::uint64_t inode, std::string own_time = {}, std::string older = {}) {
    return {{1, inode}, {2000, 7, 8}, std::move(own_time), std::move(older)};
}

TEST(LogNames, Knows_its_rotated_files_and_no_others) {
    const LogNames names{"audit.log"};
    using Rotated = LogNames::Rotated;
    EXPECT_EQ(names.parse("audit-2026-11-23T23-26-13.664.log"), (Rotated{"2026-11-23T23-26-13.664", false}));
    EXPECT_EQ(names.parse("audit-2026-11-23T23-26-13.664.log.gz"), (Rotated{"2026-11-23T23-26-13.664", true}));
    for (const auto* other :
         {"audit.log", "audit-2026-11-23T23-26-13.664.log.gz.tmp", "audit-2026-11-23T23-26-13.664.txt", "audit-.log",
          "audit-2026-11-23T23-26-13,664.log", "audit-2026-11-23T23-26-13.6640.log",
          "audit-x026-11-23T23-26-13.664.log", "audit-2026-11-23T23-26-13.664", "audit2-2026-11-23T23-26-13.664.log",
          "audit.log.1", "", "audit-"})
        EXPECT_FALSE(names.parse(other)) << other;
}

TEST(LogNames, Follows_the_extension_as_the_writer_sees_it) {
    EXPECT_TRUE(LogNames{"audit"}.parse("audit-2026-11-23T23-26-13.664"));
    EXPECT_TRUE(LogNames{"a.b.log"}.parse("a.b-2026-11-23T23-26-13.664.log"));
    EXPECT_TRUE(LogNames{".log"}.parse("-2026-11-23T23-26-13.664.log"));
    EXPECT_EQ(LogNames{"a.b.log"}.rotated(at(1), true), "a.b-" + at(1) + ".log.gz");
}

TEST(Listing, Is_in_order_of_age_and_passes_over_a_gzip_file_that_is_being_written) {
    const auto listing = arrange({live(9), compressed(3, 31), compressed(2, 21), rotated(3, 3), rotated(1, 1)});
    EXPECT_EQ(listing.rotated, (std::vector{rotated(1, 1), compressed(2, 21), rotated(3, 3)}));
    EXPECT_EQ(listing.live, live(9));
}

struct SuccessorCase {
    const char* what;
    std::vector<LogFile> found;
    Position position;
    std::vector<LogFile> wanted;
};

TEST(Successors, Are_the_files_after_ours) {
    const SuccessorCase cases[] = {
        {"the live file is ours", {rotated(1, 1), live(9)}, reading(9, {}, at(1)), {}},
        {"ours was rotated", {rotated(1, 1), rotated(2, 2), live(9)}, reading(2, at(2), at(1)), {live(9)}},
        {"several times",
         {rotated(1, 1), rotated(2, 2), compressed(3, 3), rotated(4, 4), live(9)},
         reading(1, at(1)),
         {rotated(2, 2), compressed(3, 3), rotated(4, 4), live(9)}},
        {"ours was removed", {rotated(2, 2), live(9)}, reading(1, {}, at(1)), {rotated(2, 2), live(9)}},
        {"ours has a name out of order (the clock was set back)",
         {rotated(1, 7), rotated(4, 4), live(9)},
         reading(7, at(1), at(4)),
         {live(9)}},
        {"ours, under a name we have not learnt", {rotated(2, 2), live(9)}, reading(2, {}, at(1)), {live(9)}},
        {"nobody writes to the new file yet", {rotated(1, 1), live(9, 0)}, reading(1, at(1)), {}},
        {"no file yet, and an empty one appears", {live(9, 0)}, Position{}, {live(9, 0)}},
        {"no file yet: all there is", {rotated(1, 1), live(9)}, Position{}, {rotated(1, 1), live(9)}},
        {"between two files of the writer", {rotated(1, 1)}, reading(1, at(1)), {}},
    };
    for (const auto& c : cases) EXPECT_EQ(successors(arrange(c.found), c.position), c.wanted) << c.what;
}

// What a LossWatch says of `after`, when it last saw `before`. We read a file that is neither.
LossWatch::Losses losses_between(std::vector<LogFile> before, std::vector<LogFile> after) {
    const auto position = reading(77);
    LossWatch watch;
    const auto first = arrange(std::move(before));
    const auto second = arrange(std::move(after));
    watch.look(first, successors(first, position), position);
    return watch.look(second, successors(second, position), position);
}

TEST(LossWatch, Tells_when_files_may_have_come_and_gone) {
    const auto gap = [](std::vector<LogFile> after) {
        return losses_between({rotated(3, 3), live(5)}, std::move(after)).gap;
    };
    EXPECT_FALSE(gap({rotated(3, 3), live(5)}));
    EXPECT_FALSE(gap({rotated(3, 3), rotated(4, 5), live(6)}));
    EXPECT_FALSE(gap({rotated(4, 5), rotated(5, 6), live(7)}));
    EXPECT_FALSE(gap({rotated(2, 5), rotated(3, 3), live(7)})) << "the clock was set back";
    EXPECT_FALSE(gap({compressed(4, 66), live(7)}));
    EXPECT_TRUE(gap({rotated(5, 6), live(7)}));
    EXPECT_TRUE(gap({rotated(3, 3), live(7)}));
    EXPECT_TRUE(gap({}));
    EXPECT_FALSE(LossWatch{}.look(arrange({rotated(5, 6), live(7)}), {}, reading(77)).gap) << "nothing was seen yet";
}

TEST(LossWatch, Tells_unread_files_that_were_removed_but_not_those_that_were_compressed) {
    const auto losses = losses_between({rotated(1, 1), rotated(2, 2), live(5)}, {compressed(2, 20), live(5)});
    EXPECT_EQ(losses.removed, std::vector{rotated(1, 1)});
    EXPECT_FALSE(losses.gap);
}

TEST(LossWatch, Tells_that_the_live_file_shrank_but_not_that_a_new_one_has_its_inode) {
    EXPECT_EQ(losses_between({live(5, 100)}, {live(5, 40)}).truncated_bytes, 100u);
    EXPECT_EQ(losses_between({live(5, 100)}, {live(5, 140)}).truncated_bytes, 0u);
    EXPECT_EQ(losses_between({live(5, 100)}, {compressed(4, 66), live(5, 40)}).truncated_bytes, 0u);
}

struct PlaceCase {
    const char* what;
    std::vector<LogFile> found;
    Position position;
    std::vector<std::pair<std::uint64_t, Match>> contents;  // by inode; all others differ
    Place::Kind kind;
    std::uint64_t inode;
};

TEST(Locate, Finds_the_remembered_file_whatever_became_of_it) {
    using Kind = Place::Kind;
    const auto same = Match::kSame;
    const PlaceCase cases[] = {
        {"where it was", {live(5)}, reading(5), {{5, same}}, Kind::kFound, 5},
        {"rotated", {rotated(1, 5), live(6)}, reading(5), {{5, same}}, Kind::kFound, 5},
        {"rotated with a clock set back",
         {rotated(1, 5), live(6)},
         reading(5, {}, at(3)),
         {{5, same}},
         Kind::kFound,
         5},
        {"on a device with another number", {rotated(1, 50), live(6)}, reading(5), {{50, same}}, Kind::kFound, 50},
        {"compressed", {compressed(1, 8), live(6)}, reading(5), {{8, same}}, Kind::kFound, 8},
        {"compressed, its inode given to the new file",
         {compressed(1, 8), live(5)},
         reading(5),
         {{8, same}},
         Kind::kFound,
         8},
        {"plain before compressed",
         {compressed(1, 8), rotated(2, 7)},
         reading(5),
         {{8, same}, {7, same}},
         Kind::kFound,
         7},
        {"not among files that were done with",
         {compressed(1, 8), live(6)},
         reading(5, {}, at(1)),
         {{8, same}},
         Kind::kLost,
         0},
        {"its own compressed file, known by name",
         {compressed(1, 8), live(6)},
         reading(5, at(1), at(1)),
         {{8, same}},
         Kind::kFound,
         8},
        {"truncated", {live(5)}, reading(5), {}, Kind::kRewritten, 5},
        {"gone, its inode given to the new file", {rotated(2, 7), live(5)}, reading(5), {}, Kind::kLost, 0},
        {"with its end lost in a crash", {live(5)}, reading(5), {{5, Match::kSameStart}}, Kind::kRewritten, 5},
        {"gone", {rotated(2, 7), live(6)}, reading(5), {}, Kind::kLost, 0},
    };
    for (const auto& c : cases) {
        const auto probe = [&](const LogFile& file) -> Result<Match> {
            for (const auto& [inode, match] : c.contents)
                if (file.id.inode == inode) return match;
            return Match::kOther;
        };
        const auto place = locate(arrange(c.found), c.position, probe);
        ASSERT_TRUE(place) << c.what;
        EXPECT_EQ(place->kind, c.kind) << c.what;
        EXPECT_EQ(place->file.id.inode, c.inode) << c.what;
    }
}

TEST(Locate, Trusts_the_inode_alone_when_nothing_was_read) {
    const Position position{{1, 5}, {}, {}, {}};
    const auto probe = [](const LogFile&) -> Result<Match> { return Match::kSame; };
    EXPECT_EQ(locate(arrange({rotated(1, 7), live(5)}), position, probe)->file, live(5));
    EXPECT_EQ(locate(arrange({rotated(1, 7), live(6)}), position, probe)->kind, Place::Kind::kLost);
}

TEST(Locate, Concludes_nothing_while_a_file_cannot_be_read) {
    const auto probe = [](const LogFile&) -> Result<Match> { return Error{ErrorCode::kBroken, "read"}; };
    EXPECT_FALSE(locate(arrange({live(6)}), reading(5), probe));
}

}  // namespace
}  // namespace auditfwd
