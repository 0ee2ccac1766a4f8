// Names, headers and small files of a spool's directory.
#include <gtest/gtest.h>

#include "codecs/little_endian.h"
#include "codecs/stored_block.h"
#include "forwarder/base/crypto.h"
#include "forwarder/base/limits.h"
#include "forwarder/spool/checked_text.h"
#include "forwarder/spool/cursor.h"
#include "forwarder/spool/layout.h"
#include "forwarder/spool/segment_header.h"
#include "forwarder/spool/spool_state.h"
#include "tests/support/forgetful_file_system.h"

namespace auditfwd::spool {
namespace {

using testing::ForgetfulFileSystem;

const std::filesystem::path kSpool{"/spool"};

TEST(SegmentName, Is_the_same_after_a_round_through_its_file_name) {
    const SegmentName name{42, Offset{kOffsetMax}};
    EXPECT_EQ(to_file_name(name), "segment-0000000042-04611686018427387904.zst");
    EXPECT_EQ(parse_segment_name(to_file_name(name)), name);
}

TEST(SegmentName, Is_not_found_in_other_files) {
    for (const auto* name :
         {"", "state", "segment-0000000042-00000000000000000001.zst.tmp", "segment-0000000042-00000000000000000001.zsd",
          "segment-0000000000-00000000000000000001.zst", "segment-0000000001-00000000000000000000.zst",
          "segment-00000000x1-00000000000000000001.zst", "segment-0000000001_00000000000000000001.zst",
          "segment-0000000001-99999999999999999999.zst", "segment-0000000001-18446744073709551615.zst",
          "segment-+000000001-00000000000000000001.zst"})
        EXPECT_FALSE(parse_segment_name(name)) << name;
}

TEST(SegmentName, Lists_oldest_first) {
    ForgetfulFileSystem files{1};
    ASSERT_TRUE(files.make_directory(kSpool));
    for (const auto& name : {SegmentName{11, Offset{100}}, SegmentName{9, Offset{1}}, SegmentName{10, Offset{50}}})
        files.set_content(kSpool / to_file_name(name), "");
    files.set_content(kSpool / "state", "");
    const auto listed = list_segments(files, kSpool).value();
    ASSERT_EQ(listed.size(), 3u);
    EXPECT_EQ(listed.front().number, 9u);
    EXPECT_EQ(listed.back().number, 11u);
}

SegmentHeader some_header() {
    SegmentHeader header;
    header.spool.fill(7);
    header.number = 3;
    header.first = Offset{101};
    header.created = WallTime{std::chrono::seconds{9}};
    header.predecessor = {.number = 1, .end = 4096, .last = Offset{100}};
    header.checkpoints = {{"a", "1"}, {"b", std::string(limits::kCheckpointBytesMax, 'x')}};
    return header;
}

TEST(SegmentHeader, Is_the_same_after_a_round_through_its_bytes) {
    const auto bytes = encode_segment_header(some_header());
    const auto parsed = parse_segment_header(bytes + "blocks follow");
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->header, some_header());
    EXPECT_EQ(parsed->bytes, bytes.size());
}

TEST(SegmentHeader, Any_byte_that_changes_is_noticed_and_so_is_any_cut) {
    auto header = some_header();
    header.checkpoints.pop_back();
    const auto bytes = encode_segment_header(header);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        auto changed = bytes;
        changed[i] ^= 1;
        EXPECT_FALSE(parse_segment_header(changed)) << i;
        EXPECT_FALSE(parse_segment_header(std::string_view{bytes}.substr(0, i))) << i;
    }
}

TEST(SegmentHeader, Must_follow_its_predecessor) {
    auto header = some_header();
    header.predecessor.number = 3;
    EXPECT_FALSE(parse_segment_header(encode_segment_header(header)));
    header = some_header();
    header.predecessor.last = Offset{99};
    EXPECT_FALSE(parse_segment_header(encode_segment_header(header)));
}

TEST(SegmentHeader, Is_read_from_a_file_however_long_it_is) {
    ForgetfulFileSystem files{1};
    files.set_content("/long", encode_segment_header(some_header()) + std::string(10000, 'x'));
    files.set_content("/none", "short");
    files.set_content("/huge", std::string{"\x5a\x2a\x4d\x18\xff\xff\xff\xff", 8});
    const auto read = [&](const char* path) {
        return read_segment_header(*files.open(path, OpenMode::kRead).value()).value();
    };
    ASSERT_TRUE(read("/long"));
    EXPECT_EQ(read("/long")->header, some_header());
    EXPECT_FALSE(read("/none"));
    EXPECT_FALSE(read("/huge"));
}

TEST(BlockSeed, Differs_between_segments_and_between_spools) {
    SpoolId a{};
    SpoolId b{};
    b[15] = 1;
    EXPECT_NE(block_seed(a, 1), block_seed(a, 2));
    EXPECT_NE(block_seed(a, 1), block_seed(b, 1));
}

TEST(CheckedText, Gives_back_its_lines_in_order) {
    CheckedTextWriter writer{"kind 1"};
    writer.add("name", std::string_view{"with spaces "});
    writer.add("n", std::uint64_t{42});
    const auto text = std::move(writer).finish();
    auto reader = CheckedTextReader::open(text, "kind 1").value();
    EXPECT_EQ(reader.text("name").value(), "with spaces ");
    EXPECT_EQ(reader.integer("n").value(), 42u);
    EXPECT_FALSE(reader.text("n"));
}

TEST(CheckedText, Refuses_another_kind_a_changed_byte_and_a_cut) {
    CheckedTextWriter writer{"kind 1"};
    writer.add("n", std::uint64_t{42});
    const auto text = std::move(writer).finish();
    EXPECT_FALSE(CheckedTextReader::open(text, "kind 2"));
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto changed = text;
        changed[i] ^= 1;
        EXPECT_FALSE(CheckedTextReader::open(changed, "kind 1")) << i;
        EXPECT_FALSE(CheckedTextReader::open(std::string_view{text}.substr(0, i), "kind 1")) << i;
    }
}

TEST(CheckedText, Refuses_values_of_another_form) {
    CheckedTextWriter writer{"kind 1"};
    writer.add("n", std::string_view{"4x"});
    const auto text = std::move(writer).finish();
    auto reader = CheckedTextReader::open(text, "kind 1").value();
    EXPECT_FALSE(reader.text("m"));
    EXPECT_FALSE(reader.integer("n"));
    EXPECT_FALSE(hex_to_bytes("0"));
    EXPECT_FALSE(hex_to_bytes("0G"));
    EXPECT_EQ(hex_to_bytes("00ff").value(), (std::string{"\x00\xff", 2}));
}

Cursor some_cursor() {
    return {.spool_id = std::string(32, 'a'),
            .done = Offset{21},
            .counts = {.delivered = 1, .filtered = 2, .expired = 3, .damaged = 4, .dead_lettered = 5, .unused = 6},
            .sink_state = std::string{"{\"n\":1}\n\0", 9}};
}

TEST(Cursor, Is_the_same_when_it_is_loaded) {
    ForgetfulFileSystem files{1};
    const auto path = cursor_path(kSpool, "siem");
    EXPECT_EQ(load_cursor(files, path).value(), std::nullopt);
    ASSERT_TRUE(save_cursor(files, path, some_cursor()));
    EXPECT_EQ(load_cursor(files, path).value(), some_cursor());
    auto largest = some_cursor();
    largest.sink_state = std::string(limits::kCheckpointBytesMax, '\xff');
    ASSERT_TRUE(save_cursor(files, path, largest));
    EXPECT_EQ(load_cursor(files, path).value(), largest);
    largest.sink_state += 'x';
    EXPECT_EQ(save_cursor(files, path, largest).error().code, ErrorCode::kTooLarge);
}

TEST(Cursor, That_is_damaged_is_an_error_that_names_it) {
    ForgetfulFileSystem files{1};
    const auto path = cursor_path(kSpool, "siem");
    ASSERT_TRUE(save_cursor(files, path, some_cursor()));
    files.damage(path, 30);
    const auto loaded = load_cursor(files, path);
    EXPECT_EQ(loaded.error().code, ErrorCode::kInvalid);
    EXPECT_NE(loaded.error().message.find("cursors/siem"), std::string::npos);
}

TEST(Cursor, Is_the_old_one_or_the_new_one_after_a_power_loss_at_any_call) {
    for (unsigned n = 0; n < 8; ++n) {
        for (unsigned seed = 0; seed < 30; ++seed) {
            ForgetfulFileSystem files{seed};
            const auto path = cursor_path(kSpool, "siem");
            ASSERT_TRUE(save_cursor(files, path, some_cursor()));
            ASSERT_TRUE(files.sync_directory("/"));
            ASSERT_TRUE(files.sync_directory(kSpool));
            auto next = some_cursor();
            next.done = Offset{22};
            files.fail_nth(n);
            const bool saved = save_cursor(files, path, next).has_value();
            files.judge(nullptr);
            files.lose_power();
            const auto loaded = load_cursor(files, path).value().value();
            EXPECT_TRUE(loaded == next || (!saved && loaded == some_cursor())) << n << " " << seed;
        }
    }
}

TEST(Cursor, Names_are_listed_without_leftovers) {
    ForgetfulFileSystem files{1};
    EXPECT_TRUE(list_cursors(files, kSpool).value().empty());
    ASSERT_TRUE(save_cursor(files, cursor_path(kSpool, "b"), some_cursor()));
    ASSERT_TRUE(save_cursor(files, cursor_path(kSpool, "a"), some_cursor()));
    files.set_content(kSpool / "cursors" / "a.tmp", "");
    EXPECT_EQ(list_cursors(files, kSpool).value(), (std::vector<std::string>{"a", "b"}));
}

TEST(SpoolState, Is_the_same_when_it_is_loaded) {
    ForgetfulFileSystem files{1};
    ASSERT_TRUE(files.make_directory(kSpool));
    EXPECT_EQ(load_state(files, kSpool).value(), std::nullopt);
    SpoolState state;
    state.id.fill(0xAB);
    state.used_to = Offset{1048576};
    state.mark = {.segment = 2, .end = 4096, .last = Offset{17}};
    ASSERT_TRUE(save_state(files, kSpool, state));
    EXPECT_EQ(load_state(files, kSpool).value(), state);
    files.damage(kSpool / "state", 3);
    EXPECT_EQ(load_state(files, kSpool).error().code, ErrorCode::kInvalid);
}

TEST(DurableMark, Counts_only_if_it_is_whole_and_this_spools) {
    ForgetfulFileSystem files{1};
    SpoolId id{};
    SpoolId other{};
    other[0] = 1;
    EXPECT_EQ(load_mark(files, kSpool, id), std::nullopt);
    const DurableMark mark{.segment = 2, .end = 4096, .last = Offset{17}};
    files.set_content(kSpool / "mark", encode_mark(id, mark));
    EXPECT_EQ(load_mark(files, kSpool, id), mark);
    EXPECT_EQ(load_mark(files, kSpool, other), std::nullopt);
    files.damage(kSpool / "mark", 40);
    EXPECT_EQ(load_mark(files, kSpool, id), std::nullopt);
    EXPECT_EQ(encode_mark(id, mark).size(), encode_mark(id, {.segment = UINT64_MAX, .end = UINT64_MAX}).size());
}

TEST(DurableMark, A_later_one_covers_an_earlier_one) {
    EXPECT_LT((DurableMark{.segment = 1, .end = 9}), (DurableMark{.segment = 2, .end = 3}));
    EXPECT_LT((DurableMark{.segment = 1, .end = 3}), (DurableMark{.segment = 1, .end = 9}));
}

}  // namespace
}  // namespace auditfwd::spool
