// The store's promises one by one: what a failing, full or damaged disk does to it.
#include "forwarder/spool/store.h"

#include <gtest/gtest.h>

#include "tests/spool/store_harness.h"

namespace auditfwd {
namespace {

using namespace std::chrono_literals;
using testing::ForgetfulFileSystem;
using testing::SeenRecord;
using testing::StoreHarness;

using Call = ForgetfulFileSystem::Call;
using Fate = ForgetfulFileSystem::Fate;

constexpr std::uint64_t kReserved = 1 << 20;

class StoreTest : public ::testing::Test, public StoreHarness {
protected:
    StoreTest() : StoreHarness{1} {}

    void reopen() {
        const auto opened = open();
        ASSERT_TRUE(opened) << opened.error().message;
    }
    std::vector<SeenRecord> records() { return walk().value().records; }
    double metric(Counter& counter) { return counter.Value(); }
    std::filesystem::path path(const std::string& name) { return options.directory / name; }

    static bool is_sync(Call call) { return call == Call::kSync; }
    static bool is_write(Call call) { return call == Call::kWrite; }
    void disk_refuses(Fate fate = Fate::kFail) {
        files.judge([fate](Call call, const auto&) { return is_sync(call) || is_write(call) ? fate : Fate::kWork; });
    }
};

TEST_F(StoreTest, After_a_clean_close_counting_goes_on_at_the_next_number) {
    reopen();
    ASSERT_TRUE(append({{"a"}}));
    close();
    reopen();
    EXPECT_EQ(number(append({{"b"}}).value().first), 2u);
    EXPECT_TRUE(walk().value().unused.empty());
}

TEST_F(StoreTest, After_any_other_end_it_goes_on_behind_the_reserved_range_and_the_gap_is_said) {
    reopen();
    ASSERT_TRUE(append({{"a"}}));
    kill();
    reopen();
    EXPECT_EQ(walk().value().end, 2u) << "nothing is there yet, not even a gap";
    const auto next = append({{"b"}}).value().first;
    EXPECT_EQ(number(next), 1 + kReserved + 1);
    const auto gaps = walk().value().unused;
    ASSERT_EQ(gaps.size(), 1u);
    EXPECT_EQ(number(gaps[0].first), 2u);
    EXPECT_EQ(gaps[0].last + 1, next);
}

TEST_F(StoreTest, Opening_and_closing_without_an_append_uses_nothing) {
    for (int i = 0; i < 3; ++i) {
        reopen();
        close();
    }
    EXPECT_TRUE(segments().empty());
    reopen();
    EXPECT_EQ(number(append({{"a"}}).value().first), 1u);
}

TEST_F(StoreTest, A_failed_sync_moves_the_appends_with_their_numbers_to_a_new_segment) {
    reopen();
    ASSERT_TRUE(append({{"a"}}, Checkpoint{"file", "1"}));
    files.fail_nth(0, Fate::kFail, is_sync);
    EXPECT_EQ(number(append({{"b"}}).value().first), 2u);
    EXPECT_EQ(segments().size(), 2u);
    const auto header = spool::parse_segment_header(files.content(path(segments()[1])))->header;
    EXPECT_EQ(header.predecessor.number, 1u);
    EXPECT_EQ(number(header.predecessor.last), 1u);
    EXPECT_EQ(header.checkpoints, (std::vector<Checkpoint>{{"file", "1"}}));
    EXPECT_EQ(records(), (std::vector<SeenRecord>{{1, "a"}, {2, "b"}}));
    EXPECT_FALSE(store->catalog().state().failed);
    EXPECT_EQ(metric(spool_metrics.failures), 1);
    kill();
    reopen();
    EXPECT_EQ(records(), (std::vector<SeenRecord>{{1, "a"}, {2, "b"}}));
}

TEST_F(StoreTest, What_follows_the_last_durable_block_of_a_failed_segment_is_never_read) {
    reopen();
    ASSERT_TRUE(append({{"a"}}));
    // The block is in the file, but no sync says so; the file cannot even be cut.
    files.judge([n = 0](Call call, const auto&) mutable {
        if (call == Call::kTruncate) return Fate::kFail;
        return is_sync(call) && n++ == 0 ? Fate::kFail : Fate::kWork;
    });
    ASSERT_TRUE(append({{"b"}}));
    const auto first = files.content(path(segments()[0]));
    files.judge(nullptr);
    EXPECT_EQ(records(), (std::vector<SeenRecord>{{1, "a"}, {2, "b"}}));
    close();
    reopen();
    ASSERT_EQ(files.content(path(segments()[0])), first);
    EXPECT_EQ(records(), (std::vector<SeenRecord>{{1, "a"}, {2, "b"}}));
}

TEST_F(StoreTest, A_second_failure_refuses_the_appends_and_readers_see_nothing_of_them) {
    reopen();
    ASSERT_TRUE(append({{"a"}}));
    disk_refuses();
    EXPECT_EQ(append({{"b"}}, Checkpoint{"file", "2"}).error().code, ErrorCode::kBroken);
    EXPECT_TRUE(store->catalog().state().failed);
    EXPECT_EQ(store->catalog().checkpoint("file"), std::nullopt);
    files.judge(nullptr);
    EXPECT_EQ(records(), (std::vector<SeenRecord>{{1, "a"}}));
    EXPECT_EQ(append({{"c"}}).error().code, ErrorCode::kBroken) << "until a probe";
}

TEST_F(StoreTest, A_healed_disk_is_noticed_by_a_probe_and_not_before_a_second) {
    reopen();
    disk_refuses();
    ASSERT_FALSE(append({{"a"}}));
    ASSERT_TRUE(store->probe_at());
    files.judge(nullptr);
    store->probe();
    EXPECT_TRUE(store->catalog().state().failed);
    clock.advance(1s);
    store->probe();
    EXPECT_FALSE(store->catalog().state().failed);
    EXPECT_EQ(store->probe_at(), std::nullopt);
    const auto range = append({{"b"}}).value();
    EXPECT_GT(number(range.first), 1u) << "the number of the refused one is not given again";
    EXPECT_EQ(records(), (std::vector<SeenRecord>{{number(range.first), "b"}}));
}

TEST_F(StoreTest, A_probe_of_a_disk_that_still_refuses_leaves_no_files_behind) {
    reopen();
    ASSERT_TRUE(append({{"a"}}));
    disk_refuses();
    ASSERT_FALSE(append({{"b"}}));
    for (int i = 0; i < 10; ++i) {
        clock.advance(1s);
        store->probe();
        EXPECT_TRUE(store->catalog().state().failed);
    }
    EXPECT_LE(segments().size(), 2u);
    files.judge(nullptr);
    clock.advance(1s);
    store->probe();
    ASSERT_TRUE(append({{"c"}}));
    EXPECT_EQ(segments().size(), 2u);
    close();
    EXPECT_EQ(segments().size(), 2u);
}

TEST_F(StoreTest, An_append_of_several_blocks_is_whole_or_absent) {
    reopen();
    ASSERT_TRUE(append({{"a"}}));
    ASSERT_TRUE(append({{"b1"}, {"b2"}, {"b3"}}, Checkpoint{"file", "b"}));
    const auto name = path(segments()[0]);
    auto bytes = files.content(name);
    kill();
    // As if the power had failed in the middle: the last block is cut, and nothing says that a sync covered it.
    files.set_content(name, bytes.substr(0, bytes.size() - 1));
    files.set_content(path("mark"), "");
    const auto state = spool::load_state(files, options.directory).value().value();
    ASSERT_EQ(number(state.mark.last), 1u);
    reopen();
    EXPECT_EQ(records(), (std::vector<SeenRecord>{{1, "a"}}));
    EXPECT_EQ(store->catalog().checkpoint("file"), std::nullopt);
    EXPECT_GT(metric(spool_metrics.torn_bytes), 0);
    EXPECT_EQ(metric(spool_metrics.damaged_bytes), 0);
}

TEST_F(StoreTest, A_bad_block_below_the_durable_mark_is_damage_and_costs_nothing_else) {
    reopen();
    std::vector<std::uint64_t> ends;
    for (const auto* text : {"a", "b", "c"}) {
        ASSERT_TRUE(append({{text}}, Checkpoint{"file", text}));
        ends.push_back(files.content(path(segments()[0])).size());
    }
    const auto name = path(segments()[0]);
    kill();
    for (const auto place : {ends[0] + 10, ends[1] - 2}) {  // in its head; in its frame
        auto bytes = files.content(name);
        auto damaged = bytes;
        damaged[place] ^= 0x55;
        files.set_content(name, damaged);
        reopen();
        const auto seen = walk().value();
        EXPECT_EQ(seen.records, (std::vector<SeenRecord>{{1, "a"}, {3, "c"}}));
        ASSERT_EQ(seen.damaged.size(), 1u);
        EXPECT_EQ(number(seen.damaged[0].first), 2u);
        EXPECT_EQ(number(seen.damaged[0].last), 2u);
        EXPECT_GT(metric(spool_metrics.damaged_bytes), 0);
        EXPECT_EQ(metric(spool_metrics.torn_bytes), 0);
        EXPECT_EQ(files.content(name), damaged) << "damage is never cut";
        EXPECT_EQ(store->catalog().checkpoint("file"), "c");
        kill();
        files.set_content(name, bytes);
    }
}

TEST_F(StoreTest, A_damaged_last_block_is_damage_because_the_mark_says_so) {
    reopen();
    ASSERT_TRUE(append({{"a"}}));
    ASSERT_TRUE(append({{"b"}}));
    const auto name = path(segments()[0]);
    files.damage(name, files.content(name).size() - 3);
    kill();
    reopen();
    EXPECT_EQ(number(store->catalog().last()), 2u);
    auto seen = walk().value();
    EXPECT_EQ(seen.records, (std::vector<SeenRecord>{{1, "a"}}));
    ASSERT_EQ(seen.damaged.size(), 1u);
    ASSERT_TRUE(append({{"c"}}));
    seen = walk().value();
    EXPECT_EQ(seen.records.back().json, "c");
    EXPECT_EQ(number(seen.damaged[0].last), 2u);
    ASSERT_EQ(seen.unused.size(), 1u);
    EXPECT_EQ(number(seen.unused[0].first), 3u);
}

TEST_F(StoreTest, An_older_mark_is_made_up_for_by_what_later_blocks_say) {
    reopen();
    for (const auto* text : {"a", "b", "c", "d"}) ASSERT_TRUE(append({{text}}));
    const auto name = path(segments()[0]);
    const auto bytes = files.content(name);
    kill();
    files.set_content(path("mark"), "lost in a power failure");
    auto damaged = bytes;
    damaged[bytes.size() / 2] ^= 1;  // in b or c; d's head says that a sync covered both
    files.set_content(name, damaged);
    reopen();
    const auto seen = walk().value();
    EXPECT_EQ(seen.records.size(), 3u);
    EXPECT_EQ(seen.records.back().json, "d");
    EXPECT_EQ(seen.damaged.size(), 1u);
    EXPECT_EQ(metric(spool_metrics.torn_bytes), 0);
}

TEST_F(StoreTest, A_segment_that_lost_its_end_is_damage_up_to_the_last_number_that_was_durable) {
    reopen();
    for (const auto* text : {"a", "b", "c"}) ASSERT_TRUE(append({{text}}));
    const auto name = path(segments()[0]);
    const auto bytes = files.content(name);
    kill();
    files.set_content(name, bytes.substr(0, bytes.size() / 2));
    reopen();
    EXPECT_EQ(number(store->catalog().last()), 3u);
    ASSERT_TRUE(append({{"d"}}));
    const auto seen = walk().value();
    EXPECT_EQ(seen.records.front().json, "a");
    EXPECT_EQ(seen.records.back().json, "d");
    ASSERT_EQ(seen.damaged.size(), 1u);
    EXPECT_EQ(number(seen.damaged[0].last), 3u);
}

TEST_F(StoreTest, A_damaged_header_hides_no_blocks_and_loses_no_checkpoints) {
    options.segment_bytes = 400;
    reopen();
    ASSERT_TRUE(append({{"a"}}, Checkpoint{"old", "1"}));
    ASSERT_TRUE(append({{"b" + std::string(300, '.')}}, Checkpoint{"file", "2"}));
    while (segments().size() < 2) ASSERT_TRUE(append({{"c"}}, Checkpoint{"file", "3"}));
    const auto before = records();
    files.damage(path(segments()[1]), 20);
    kill();
    reopen();
    EXPECT_EQ(records(), before);
    EXPECT_EQ(store->catalog().checkpoint("file"), "3");
    EXPECT_EQ(store->catalog().checkpoint("old"), "1");
    EXPECT_GT(metric(spool_metrics.damaged_bytes), 0);
}

TEST_F(StoreTest, A_segment_whose_header_was_torn_before_its_first_sync_is_none) {
    reopen();
    ASSERT_TRUE(append({{"a"}}));
    kill();
    files.set_content(path("segment-0000000002-00000000000000000002.zst"), "torn");
    reopen();
    EXPECT_EQ(records(), (std::vector<SeenRecord>{{1, "a"}}));
    EXPECT_EQ(metric(spool_metrics.torn_bytes), 4);
    EXPECT_EQ(metric(spool_metrics.damaged_bytes), 0);
    ASSERT_TRUE(append({{"b"}}));
    EXPECT_EQ(segments().size(), 2u) << "and gone when the next one is made";
    EXPECT_EQ(records().size(), 2u);
}

TEST_F(StoreTest, A_missing_segment_is_damage_in_the_middle_and_at_the_end) {
    options.segment_bytes = 300;
    reopen();
    for (int i = 0; i < 12; ++i) ASSERT_TRUE(append({{"x" + std::to_string(i)}}));
    const auto names = segments();
    ASSERT_GE(names.size(), 4u);
    const auto before = records().size();
    close();
    ASSERT_TRUE(files.remove(path(names[1])));
    ASSERT_TRUE(files.remove(path(names.back())));
    reopen();
    const auto seen = walk().value();
    EXPECT_EQ(seen.damaged.size(), 2u);
    EXPECT_EQ(seen.end, before + 1);
    std::uint64_t lost = 0;
    for (const auto& range : seen.damaged) lost += range.size();
    EXPECT_EQ(seen.records.size() + lost, before);
    ASSERT_TRUE(append({{"y"}}));
    EXPECT_EQ(records().back().json, "y");
}

TEST_F(StoreTest, A_damaged_state_costs_a_range_of_numbers_and_nothing_else) {
    reopen();
    ASSERT_TRUE(append({{"a"}}));
    const auto id = store->catalog().state().id;
    close();
    files.damage(path("state"), 50);
    reopen();
    EXPECT_EQ(store->catalog().state().id, id);
    EXPECT_EQ(records(), (std::vector<SeenRecord>{{1, "a"}}));
    EXPECT_GT(number(append({{"b"}}).value().first), 1 + 2 * kReserved);
}

TEST_F(StoreTest, With_neither_state_nor_any_header_it_says_what_to_do) {
    reopen();
    ASSERT_TRUE(append({{"a"}}));
    close();
    files.damage(path("state"), 50);
    files.damage(path(segments()[0]), 20);
    const auto opened = open();
    ASSERT_FALSE(opened);
    EXPECT_NE(opened.error().message.find("move its files away"), std::string::npos);
}

TEST_F(StoreTest, A_directory_that_cannot_be_written_is_a_clear_error) {
    files.judge([](Call call, const auto&) { return call == Call::kMakeDirectory ? Fate::kFail : Fate::kWork; });
    const auto opened = open();
    ASSERT_FALSE(opened);
    EXPECT_NE(opened.error().message.find("spool /var/lib/auditfwd/spool"), std::string::npos);
}

TEST_F(StoreTest, Any_call_may_fail_while_it_opens_and_the_next_start_finds_everything) {
    reopen();
    ASSERT_TRUE(append({{"a"}}, Checkpoint{"file", "1"}));
    kill();
    for (unsigned n = 0; n < 40; ++n) {
        files.fail_nth(n);
        const bool opened = open().has_value();
        files.judge(nullptr);
        if (opened) {
            EXPECT_EQ(records(), (std::vector<SeenRecord>{{1, "a"}})) << n;
        }
        kill();
    }
    reopen();
    EXPECT_EQ(records(), (std::vector<SeenRecord>{{1, "a"}}));
    EXPECT_EQ(store->catalog().checkpoint("file"), "1");
}

TEST_F(StoreTest, A_lie_about_a_sync_is_damage_and_no_number_is_given_twice) {
    for (unsigned seed = 0; seed < 100; ++seed) {
        StoreHarness lied{seed};
        ASSERT_TRUE(lied.open());
        lied.files.fail_nth(seed % 6, Fate::kLie, is_sync);
        std::map<std::uint64_t, std::string> given;
        for (int round = 0; round < 3; ++round) {
            for (int i = 0; i < 4; ++i) {
                const auto text = std::to_string(round) + "-" + std::to_string(i);
                const auto range = lied.append({{text}}).value();
                ASSERT_TRUE(given.emplace(number(range.first), text).second) << "seed " << seed;
            }
            lied.lose_power();
            ASSERT_TRUE(lied.open());
            const auto seen = lied.walk().value();
            for (const auto& record : seen.records) EXPECT_EQ(given.at(record.offset), record.json) << "seed " << seed;
        }
    }
}

TEST_F(StoreTest, A_full_disk_refuses_until_there_is_room_again) {
    reopen();
    ASSERT_TRUE(append({{"a"}}));
    files.judge([](Call call, const auto&) { return is_write(call) ? Fate::kFull : Fate::kWork; });
    EXPECT_EQ(append({{"b"}}).error().code, ErrorCode::kFull);
    files.judge(nullptr);
    clock.advance(1s);
    store->probe();
    EXPECT_TRUE(append({{"c"}}));
    const auto seen = records();
    EXPECT_EQ(seen.size(), 2u);
    EXPECT_EQ(metric(spool_metrics.refused_full), 1);
}

TEST_F(StoreTest, More_sources_than_it_carries_are_refused_and_the_known_ones_are_not) {
    reopen();
    for (std::size_t i = 0; i < spool::kSourcesMax; ++i) ASSERT_TRUE(append({}, Checkpoint{std::to_string(i), ""}));
    EXPECT_EQ(append({}, Checkpoint{"one more", ""}).error().code, ErrorCode::kTooLarge);
    EXPECT_TRUE(append({}, Checkpoint{"7", "again"}));
    kill();
    reopen();
    EXPECT_EQ(store->catalog().checkpoint("7"), "again");
}

// Appends of a run that fail alone must not take the others with them.
TEST_F(StoreTest, An_append_that_is_refused_costs_its_neighbours_nothing) {
    options.bytes_max = 3000;
    reopen();
    std::mt19937 random{1};
    std::string noise(20'000, ' ');
    for (auto& c : noise) c = static_cast<char>('!' + random() % 90);
    spool::Append good{.blocks = testing::blocks_of({{"a"}}), .checkpoint = {}, .outcome = {}};
    spool::Append large{.blocks = testing::blocks_of({{noise}}), .checkpoint = {}, .outcome = {}};
    spool::Append other{.blocks = testing::blocks_of({{"b"}}), .checkpoint = {}, .outcome = {}};
    spool::Append* all[]{&good, &large, &other};
    for (std::span<spool::Append* const> rest{all}; !rest.empty();) rest = rest.subspan(store->commit(rest));
    EXPECT_EQ(large.outcome->error().code, ErrorCode::kFull);
    EXPECT_EQ(number((*good.outcome)->first), 1u);
    EXPECT_EQ(number((*other.outcome)->first), 2u);
}

}  // namespace
}  // namespace auditfwd
