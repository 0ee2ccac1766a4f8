#include "codecs/stored_block.h"

#include <gtest/gtest.h>
#include <zstd.h>

#include <random>

#include "codecs/block_table.h"
#include "codecs/little_endian.h"
#include "forwarder/base/crypto.h"
#include "forwarder/base/limits.h"
#include "tests/spool/blocks.h"

namespace auditfwd {
namespace {

using testing::block_of;

constexpr std::uint32_t kSeed = 7;

struct Framed {
    std::string bytes;
    BlockHead head() const { return parse_block_head(bytes, kSeed).value(); }
    std::string_view rest() const {
        return std::string_view{bytes}.substr(kBlockHeadBytes, static_cast<std::size_t>(head().rest_bytes()));
    }
    std::string_view frame() const {
        return std::string_view{bytes}.substr(kBlockHeadBytes + static_cast<std::size_t>(head().rest_bytes()));
    }
};

Framed framed(const Block& block, BlockPlace place = {.first = Offset{10}},
              const std::vector<Checkpoint>& checkpoints = {}) {
    return {frame_block(block, place, checkpoints, kSeed) + std::string{block.frame()}};
}

Result<StoredBlock> reopened(const Framed& framed) {
    Decompressor decompressor;
    return open_block(framed.head(), framed.rest(), framed.frame(), decompressor);
}

std::string zstd_content(std::string_view bytes) {
    std::string text(1 << 16, '\0');
    std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context{ZSTD_createDCtx(), ZSTD_freeDCtx};
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    ZSTD_outBuffer out{text.data(), text.size(), 0};
    while (in.pos < in.size) {
        if (ZSTD_isError(ZSTD_decompressStream(context.get(), &out, &in))) return "not zstd";
    }
    text.resize(out.pos);
    return text;
}

TEST(StoredBlock, Gives_back_records_facts_and_checkpoints) {
    BlockBuilder builder;
    const RecordFacts facts{.stage_time_ms = -5,
                            .level = Level::kRequestResponse,
                            .verb = VerbClass::kDelete,
                            .code = CodeClass::k5xx,
                            .priority = Priority::kCritical};
    builder.text() += "{\"a\":1}\n";
    builder.add(facts);
    builder.text() += "{}\n";
    builder.add({});
    Compressor compressor;
    const auto block = builder.seal(compressor);
    const std::vector<Checkpoint> checkpoints{{"file", std::string{"\0\n", 2}}, {"", ""}};
    const BlockPlace place{
        .first = Offset{10}, .unused = 3, .received = WallTime{std::chrono::seconds{5}}, .synced = 99, .more = 2};
    const auto stored = framed(block, place, checkpoints);

    const auto head = stored.head();
    EXPECT_EQ(head.place.unused, 3u);
    EXPECT_EQ(head.place.synced, 99u);
    EXPECT_EQ(head.place.more, 2u);
    EXPECT_EQ(head.bytes(), stored.bytes.size());
    const auto opened = reopened(stored).value();
    EXPECT_EQ(number(opened.offsets.first), 10u);
    EXPECT_EQ(number(opened.offsets.last), 11u);
    EXPECT_EQ(opened.received, place.received);
    EXPECT_EQ(opened.checkpoints, checkpoints);
    EXPECT_EQ(opened.record(0).json, "{\"a\":1}");
    EXPECT_EQ(opened.record(1).json, "{}");
    EXPECT_EQ(number(opened.record(1).offset), 11u);
    auto expected = facts;
    expected.bytes = 7;
    EXPECT_EQ(opened.record(0).facts, expected);
}

TEST(StoredBlock, Is_to_any_zstd_reader_just_its_records) {
    EXPECT_EQ(zstd_content(framed(block_of({"{}", "[]"}), {.first = Offset{1}}, {{"file", "1"}}).bytes), "{}\n[]\n");
}

TEST(StoredBlock, May_carry_a_checkpoint_alone) {
    const auto stored = framed(Block{}, {.first = Offset{5}}, {{"file", "1"}});
    EXPECT_EQ(zstd_content(stored.bytes), "");
    const auto opened = reopened(stored).value();
    EXPECT_EQ(opened.offsets.size(), 0u);
    EXPECT_EQ(opened.checkpoints.size(), 1u);
}

TEST(StoredBlock, Any_byte_that_changes_is_noticed) {
    const auto sound = framed(block_of({"{\"a\":1}", "{}"}), {.first = Offset{10}}, {{"file", "1"}});
    for (std::size_t i = 0; i < sound.bytes.size(); ++i) {
        auto bytes = sound.bytes;
        bytes[i] ^= 0x10;
        const auto head = parse_block_head(bytes, kSeed);
        if (!head) continue;
        const auto rest = std::string_view{bytes}.substr(kBlockHeadBytes, static_cast<std::size_t>(head->rest_bytes()));
        const auto frame = std::string_view{bytes}.substr(kBlockHeadBytes + rest.size());
        Decompressor decompressor;
        EXPECT_FALSE(open_block(*head, rest, frame, decompressor)) << "byte " << i;
    }
}

TEST(StoredBlock, Is_none_in_another_segment_and_none_when_cut) {
    const auto stored = framed(block_of({"{}"}));
    EXPECT_FALSE(parse_block_head(stored.bytes, kSeed + 1));
    for (std::size_t n = 0; n < kBlockHeadBytes; ++n)
        EXPECT_FALSE(parse_block_head(std::string_view{stored.bytes}.substr(0, n), kSeed));
}

// A head whose checksum is right and whose content is not what any writer makes.
TEST(StoredBlock, Refuses_heads_that_make_no_sense) {
    const auto forged = [](std::size_t position, std::uint32_t value) {
        auto bytes = framed(block_of({"{}"})).bytes;
        bytes.replace(position, 4, reinterpret_cast<const char*>(&value), 4);
        std::string crc;
        put(crc, crc32c(std::string_view{bytes}.substr(0, kBlockHeadBytes - 4), kSeed));
        bytes.replace(kBlockHeadBytes - 4, 4, crc);
        return parse_block_head(bytes, kSeed).has_value();
    };
    EXPECT_TRUE(forged(12, 0));            // as it was: no more blocks
    EXPECT_FALSE(forged(4, 10));           // shorter than a head
    EXPECT_FALSE(forged(16, 0));           // offset 0
    EXPECT_FALSE(forged(24, 10));          // more numbers unused than there are
    EXPECT_FALSE(forged(48, 0));           // a frame without records
    EXPECT_FALSE(forged(56, 0xFFFFFFFF));  // a table larger than all
    EXPECT_FALSE(forged(60, 0));           // records without a frame
    EXPECT_FALSE(forged(72, 1));           // reserved
}

TEST(StoredBlock, Lines_must_end_where_the_table_says) {
    // Two sound blocks, the table of one with the text of the other.
    const auto a = block_of({"{}", "[1]"});
    const auto b = block_of({"[1]", "{}"});
    auto head = framed(b).head();
    head.rest_crc = crc32c(a.table());
    Decompressor decompressor;
    EXPECT_FALSE(open_block(head, a.table(), b.frame(), decompressor));
    const auto c = block_of({"{}"});
    head = framed(b).head();
    head.records = 1;
    head.rest_crc = crc32c(c.table());
    head.table_bytes = static_cast<std::uint32_t>(c.table().size());
    EXPECT_FALSE(open_block(head, c.table(), b.frame(), decompressor));
}

TEST(Decompressor, Refuses_frames_of_another_size_and_no_frames) {
    Compressor compressor;
    Decompressor decompressor;
    const auto frame = compressor.compress("hello");
    EXPECT_EQ(decompressor.decompress(frame, 5).value(), "hello");
    EXPECT_FALSE(decompressor.decompress(frame, 6));
    EXPECT_FALSE(decompressor.decompress("hello", 5));
    EXPECT_FALSE(decompressor.decompress(std::string_view{frame}.substr(0, frame.size() - 1), 5));
}

TEST(Compressor, Takes_records_above_its_buffer_piece_by_piece) {
    std::mt19937 random{1};
    std::string text(5 * limits::kBlockBytes, '\0');
    for (auto& c : text) c = static_cast<char>('a' + random() % 16);
    Compressor compressor;
    Decompressor decompressor;
    const auto frame = compressor.compress(text);
    EXPECT_EQ(decompressor.decompress(frame, text.size()).value(), text);
    EXPECT_EQ(decompressor.decompress(compressor.compress("small again"), 11).value(), "small again");
}

TEST(BlockBuilder, Is_full_at_the_bound_and_empty_again_after_sealing) {
    BlockBuilder builder;
    EXPECT_TRUE(builder.empty());
    builder.text() += std::string(limits::kBlockBytes - 2, 'x') + "\n";
    builder.add({});
    EXPECT_FALSE(builder.full());
    builder.text() += "\n";
    builder.add({});
    EXPECT_TRUE(builder.full());
    Compressor compressor;
    const auto block = builder.seal(compressor);
    EXPECT_EQ(block.records(), 2u);
    EXPECT_EQ(block.text_bytes(), limits::kBlockBytes);
    EXPECT_TRUE(builder.empty());
    EXPECT_EQ(builder.text(), "");
    EXPECT_EQ(builder.seal(compressor).records(), 0u);
}

TEST(BlockTable, Takes_any_facts_and_gives_them_back) {
    std::mt19937_64 random{2};
    for (unsigned records : {0u, 1u, 2u, 3u, 100u}) {
        std::vector<RecordFacts> facts(records);
        for (auto& fact : facts) {
            fact.bytes = static_cast<std::uint32_t>(random());
            fact.stage_time_ms = random() % 4 == 0 ? 0 : static_cast<std::int64_t>(random());
            fact.level = Level(random() % 4);
            fact.verb = VerbClass(random() % 8);
            fact.code = CodeClass(random() % 6);
            fact.priority = Priority(random() % 9);
        }
        const auto table = encode_table(facts);
        EXPECT_EQ(decode_table(table, records), facts);
        EXPECT_FALSE(decode_table(table + "x", records));
        EXPECT_FALSE(decode_table(table, records + 1));
        if (records == 0) continue;
        EXPECT_FALSE(decode_table(std::string_view{table}.substr(0, table.size() - 1), records));
    }
}

TEST(BlockTable, Is_at_most_six_bytes_for_a_typical_record) {
    std::vector<RecordFacts> facts(800);
    for (std::size_t i = 0; i < facts.size(); ++i) {
        facts[i].bytes = static_cast<std::uint32_t>(900 + i * 7 % 700);
        facts[i].stage_time_ms = static_cast<std::int64_t>(1'700'000'000'000 + i * 40 + i * 31 % 90);
    }
    EXPECT_LE(encode_table(facts).size(), 6 * facts.size());
}

TEST(BlockTable, Refuses_classes_that_do_not_exist) {
    const std::vector<RecordFacts> one(1);
    auto table = encode_table(one);
    ASSERT_EQ(table.size(), 4u);
    auto code = table;
    code[2] = static_cast<char>(0xE0);
    EXPECT_FALSE(decode_table(code, 1));
    auto priority = table;
    priority[3] = 15;
    EXPECT_FALSE(decode_table(priority, 1));
    auto padding = table;
    padding[3] = static_cast<char>(padding[3] | 0x10);
    EXPECT_FALSE(decode_table(padding, 1));
    EXPECT_FALSE(decode_table(std::string{"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00", 13}, 1));
    EXPECT_FALSE(decode_table(std::string{"\xff\xff\xff\xff\xff\xff\x00\x00\x00\x08", 10}, 1));
}

TEST(Checkpoints, Refuse_bytes_that_are_cut) {
    const std::vector<Checkpoint> checkpoints{{"file", "position"}, {"other", ""}};
    const auto bytes = encode_checkpoints(checkpoints);
    EXPECT_EQ(decode_checkpoints(bytes), checkpoints);
    EXPECT_EQ(decode_checkpoints(""), std::vector<Checkpoint>{});
    EXPECT_FALSE(decode_checkpoints(std::string_view{bytes}.substr(0, bytes.size() - 1)));
    EXPECT_FALSE(decode_checkpoints("\x05"));
}

TEST(Varint, Holds_every_number_and_no_more) {
    for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{127}, std::uint64_t{128}, UINT64_MAX}) {
        std::string bytes;
        put_varint(bytes, value);
        LittleEndianReader in{bytes};
        EXPECT_EQ(in.get_varint(), value);
        EXPECT_TRUE(in.ok());
    }
    LittleEndianReader large{"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"};
    EXPECT_EQ(large.get_varint(), 0u);
    EXPECT_FALSE(large.ok());
    EXPECT_EQ(unzigzag(zigzag(INT64_MIN)), INT64_MIN);
    EXPECT_EQ(zigzag(-2), 3u);
}

}  // namespace
}  // namespace auditfwd
