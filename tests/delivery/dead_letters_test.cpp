#include "forwarder/delivery/dead_letters.h"

#include <gtest/gtest.h>

#include "tests/delivery/world.h"

namespace auditfwd {
namespace {

using testing::ForgetfulFileSystem;

constexpr WallTime kNow{std::chrono::seconds{1'800'000'000}};

RecordView record(std::uint64_t offset, std::string_view json) {
    RecordFacts facts{.stage_time_ms = 42, .level = Level::kRequest, .priority = Priority::kAlert};
    facts.bytes = static_cast<std::uint32_t>(json.size());
    return {Offset{offset}, json, facts};
}

std::vector<std::string> lines_of(ForgetfulFileSystem& files, std::string_view sink) {
    std::vector<std::string> lines;
    const auto pieces = list_pieces(files, dead_letters_path("/spool", sink));
    for (const auto& piece : pieces.value()) {
        std::istringstream text{files.content(piece.path)};
        for (std::string line; std::getline(text, line);) lines.push_back(line);
    }
    return lines;
}

TEST(DeadLetters, A_letter_reads_back_as_it_was_written) {
    ForgetfulFileSystem files{1};
    DeadLetters letters{files, "/spool", "siem", 1_MiB};
    const std::string json = R"({"a":"\",\"record\":","reason":"none"})";
    ASSERT_TRUE(letters.add(record(7, json), std::string(32, 'a'), "too \"large\"\n\x80", kNow));
    const auto lines = lines_of(files, "siem");
    ASSERT_EQ(lines.size(), 1u);
    const auto letter = parse_dead_letter(lines[0]);
    ASSERT_TRUE(letter);
    EXPECT_EQ(letter->offset, Offset{7});
    EXPECT_EQ(letter->spool_id, std::string(32, 'a'));
    EXPECT_EQ(letter->reason, "too 'large'??");
    EXPECT_EQ(letter->time, "2027-01-15T08:00:00.000000Z");
    EXPECT_EQ(letter->record, json);
    EXPECT_EQ(letter->facts, record(7, json).facts);
}

TEST(DeadLetters, A_record_larger_than_the_directory_leaves_its_facts) {
    ForgetfulFileSystem files{1};
    DeadLetters letters{files, "/spool", "siem", 1_KiB};
    ASSERT_TRUE(letters.add(record(7, std::string(2000, '1')), "id", "large", kNow));
    const auto lines = lines_of(files, "siem");
    ASSERT_EQ(lines.size(), 1u);
    const auto letter = parse_dead_letter(lines[0]);
    ASSERT_TRUE(letter);
    EXPECT_TRUE(letter->record.empty());
    EXPECT_EQ(letter->facts.bytes, 2000u);
}

TEST(DeadLetters, A_line_cut_or_changed_is_no_letter) {
    ForgetfulFileSystem files{1};
    DeadLetters letters{files, "/spool", "siem", 1_MiB};
    ASSERT_TRUE(letters.add(record(7, R"({"a":1})"), "id", "why", kNow));
    const auto line = lines_of(files, "siem").at(0);
    for (std::size_t n = 0; n < line.size(); ++n) EXPECT_FALSE(parse_dead_letter(line.substr(0, n))) << n;
    EXPECT_FALSE(parse_dead_letter(R"({"spool":"a","offset":99999999999999999999,"time":"","reason":"","bytes":0)"));
    EXPECT_FALSE(parse_dead_letter(""));
    for (std::size_t i = 0; i < line.size(); ++i) {
        auto changed = line;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        EXPECT_FALSE(parse_dead_letter(changed)) << i;
    }
}

TEST(DeadLetters, Listing_counts_by_reason) {
    ForgetfulFileSystem files{1};
    DeadLetters siem{files, "/spool", "siem", 1_MiB};
    for (std::uint64_t i = 1; i <= 3; ++i)
        ASSERT_TRUE(siem.add(record(i, std::string(5000, '1')), "id", i == 1 ? "rejected" : "too old", kNow));
    BoundedLog intake{files, dead_letters_path("/spool", "intake"), 1_MiB};
    const std::string_view fact = R"({"time":"…","position":3,"reason":"missing auditID"})";
    ASSERT_TRUE(intake.append({&fact, 1}));
    const auto listed = list_dead_letters(files, "/spool").value();
    ASSERT_EQ(listed.size(), 2u);
    EXPECT_EQ(listed[0].sink, "intake");
    EXPECT_EQ(listed[0].reasons.at("missing auditID"), 1u);
    EXPECT_EQ(listed[1].sink, "siem");
    EXPECT_EQ(listed[1].count, 3u);
    EXPECT_GT(listed[1].bytes, 15'000u);
    EXPECT_EQ(listed[1].reasons.at("too old"), 2u);
    EXPECT_FALSE(listed[1].retry_asked);
}

TEST(DeadLetters, Retry_is_asked_for_a_sink_that_has_some) {
    ForgetfulFileSystem files{1};
    EXPECT_EQ(ask_for_retry(files, "/spool", "siem").error().code, ErrorCode::kNotFound);
    DeadLetters siem{files, "/spool", "siem", 1_MiB};
    EXPECT_FALSE(siem.retry_is_asked().value());
    ASSERT_TRUE(siem.add(record(1, "{}"), "id", "why", kNow));
    ASSERT_TRUE(ask_for_retry(files, "/spool", "siem"));
    EXPECT_TRUE(siem.retry_is_asked().value());
    EXPECT_TRUE(list_dead_letters(files, "/spool").value().at(0).retry_asked);
    ASSERT_TRUE(siem.retry_is_done());
    EXPECT_FALSE(siem.retry_is_asked().value());
}

TEST(DeadLetters, Those_of_intake_cannot_be_sent) {
    ForgetfulFileSystem files{1};
    EXPECT_EQ(ask_for_retry(files, "/spool", "intake").error().code, ErrorCode::kInvalid);
}

}  // namespace
}  // namespace auditfwd
