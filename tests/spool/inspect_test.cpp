#include "forwarder/spool/inspect.h"

#include <gtest/gtest.h>

#include "tests/spool/store_harness.h"

namespace auditfwd {
namespace {

using testing::StoreHarness;

class InspectTest : public ::testing::Test, public StoreHarness {
protected:
    InspectTest() : StoreHarness{1} { options.segment_bytes = 1500; }
    void SetUp() override {
        ASSERT_TRUE(open());
        for (int i = 1; i <= 30; ++i) ASSERT_TRUE(append({{std::to_string(i)}}, Checkpoint{"file", std::to_string(i)}));
    }
    std::unique_ptr<SpoolView> view() { return SpoolView::open(files, options.directory).value(); }
    std::vector<std::string> read(std::uint64_t first, std::uint64_t last) {
        std::vector<std::string> records;
        const auto record = [&](const RecordView& found) {
            records.emplace_back(found.json);
            return true;
        };
        const auto gap = [&](const SpoolStep& step) {
            records.push_back("gap of " + std::to_string(step.offsets.size()));
        };
        EXPECT_TRUE(view()->read({Offset{first}, Offset{last}}, record, gap));
        return records;
    }
};

TEST_F(InspectTest, Works_beside_the_owner_and_without_one) {
    EXPECT_EQ(number(view()->state().last), 30u);
    EXPECT_EQ(view()->state().id, store->catalog().state().id);
    close();
    EXPECT_EQ(number(view()->state().last), 30u);
    EXPECT_EQ(view()->checkpoints(), (std::vector<Checkpoint>{{"file", "30"}}));
}

TEST_F(InspectTest, Lists_segments_with_their_offsets_and_checkpoints) {
    const auto listed = view()->segments().value();
    ASSERT_EQ(listed.size(), segments().size());
    EXPECT_EQ(number(listed[0].offsets.first), 1u);
    EXPECT_TRUE(listed[0].checkpoints.empty());
    for (std::size_t i = 1; i < listed.size(); ++i) {
        EXPECT_EQ(listed[i].offsets.first, listed[i - 1].offsets.last + 1);
        EXPECT_EQ(listed[i].checkpoints.at(0).position, std::to_string(number(listed[i - 1].offsets.last)));
        EXPECT_TRUE(listed[i].created);
        EXPECT_EQ(listed[i].file, segments()[i]);
    }
    EXPECT_EQ(number(listed.back().offsets.last), 30u);
}

TEST_F(InspectTest, Reads_a_range_and_no_more) {
    EXPECT_EQ(read(3, 5), (std::vector<std::string>{"3", "4", "5"}));
    EXPECT_EQ(read(0, 1), (std::vector<std::string>{"1"}));
    EXPECT_EQ(read(29, 1000), (std::vector<std::string>{"29", "30"}));
    EXPECT_TRUE(read(31, 1000).empty());
    EXPECT_TRUE(read(5, 4).empty());
}

TEST_F(InspectTest, Stops_when_the_caller_has_enough) {
    int seen = 0;
    ASSERT_TRUE(view()->read(
        {Offset{1}, Offset{30}}, [&](const RecordView&) { return ++seen < 3; }, [](const SpoolStep&) {}));
    EXPECT_EQ(seen, 3);
}

TEST_F(InspectTest, Says_what_stands_in_place_of_records) {
    close();
    ASSERT_TRUE(files.remove(options.directory / segments()[0]));
    files.damage(options.directory / segments()[0], files.content(options.directory / segments()[0]).size() - 3);
    const auto found = read(1, 30);
    EXPECT_EQ(found[0].substr(0, 6), "gap of");
    EXPECT_EQ(std::count_if(found.begin(), found.end(), [](const auto& text) { return text.starts_with("gap"); }), 2);
}

TEST_F(InspectTest, A_sound_spool_verifies) {
    const auto report = view()->verify().value();
    EXPECT_EQ(report.records, 30u);
    EXPECT_EQ(report.blocks, 30u);
    EXPECT_EQ(report.segments, segments().size());
    EXPECT_EQ(report.losses, 0u);
    EXPECT_EQ(report.unreadable, 0u);
    EXPECT_TRUE(report.findings.empty());
}

TEST_F(InspectTest, Verifying_finds_every_kind_of_damage_and_changes_nothing) {
    kill();
    const auto names = segments();
    ASSERT_GE(names.size(), 3u);
    const auto first = options.directory / names[0];
    const auto last = options.directory / names.back();
    files.damage(first, 20);                               // its header
    files.damage(first, files.content(first).size() - 3);  // a frame
    files.damage(options.directory / names[1], 4 + files.content(options.directory / names[1]).size() / 2);
    files.set_content(last, files.content(last) + "torn");
    const auto content = files.content(last);
    const auto report = view()->verify().value();
    EXPECT_EQ(report.losses, 3u);
    EXPECT_GE(report.unreadable, 2u);
    ASSERT_EQ(report.findings.size(), 4u);
    EXPECT_EQ(report.findings[0].what, "the header is damaged");
    EXPECT_FALSE(report.findings[3].loss);
    EXPECT_EQ(report.findings[3].bytes, 4u);
    EXPECT_EQ(files.content(last), content);
}

TEST_F(InspectTest, Where_there_is_no_spool_it_says_so) {
    ASSERT_TRUE(files.make_directory("/empty"));
    EXPECT_EQ(SpoolView::open(files, "/empty").error().code, ErrorCode::kNotFound);
    EXPECT_EQ(SpoolView::open(files, "/nowhere").error().code, ErrorCode::kNotFound);
}

TEST_F(InspectTest, Forgets_a_cursor_that_is_there_while_nobody_owns_the_spool) {
    ASSERT_TRUE(save_cursor(files, cursor_path(options.directory, "siem"), Cursor{}));
    EXPECT_EQ(forget_cursor(files, options.directory, "siem").error().code, ErrorCode::kUnavailable);
    close();
    EXPECT_EQ(forget_cursor(files, options.directory, "other").error().code, ErrorCode::kNotFound);
    EXPECT_EQ(forget_cursor(files, options.directory, "../state").error().code, ErrorCode::kNotFound);
    ASSERT_TRUE(forget_cursor(files, options.directory, "siem"));
    lose_power();
    EXPECT_TRUE(list_cursors(files, options.directory).value().empty());
}

}  // namespace
}  // namespace auditfwd
