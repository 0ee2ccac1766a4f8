// Dead letters that are asked for once more.
#include <gtest/gtest.h>

#include <algorithm>

#include "forwarder/base/units.h"
#include "forwarder/delivery/delivery.h"
#include "tests/delivery/world.h"

namespace auditfwd {
namespace {

using testing::Destination;
using testing::End;
using testing::kSpoolDirectory;
using testing::offsets;
using testing::records;
using testing::run;
using testing::run_to_end;
using testing::World;

std::vector<DeadLetter> letters_in(World& world, const std::string& sink, std::string& text) {
    std::vector<DeadLetter> letters;
    for (const auto& piece : list_pieces(world.files, dead_letters_path(kSpoolDirectory, sink)).value())
        text += world.files.content(piece.path);
    for (std::string_view rest{text}; !rest.empty();) {
        const auto line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(line.size() + 1);
        letters.push_back(parse_dead_letter(line).value());
    }
    return letters;
}

class DeadLetterRetry : public ::testing::Test {
protected:
    DeadLetterRetry() {
        there.answer = [this](Batch batch) -> std::optional<Outcome> {
            Permanent answer{"bad", {}};
            for (std::size_t i = 0; i < batch.size(); ++i) {
                if (number(batch[i].offset) % 3 == 0 && still_bad(batch[i].offset)) answer.refused.push_back(i);
            }
            if (answer.refused.empty()) return {};
            return answer;
        };
        world.spool.add(records(10));
        run_to_end(world, *world.open("out", there));
        EXPECT_EQ(there.offsets(), offsets({1, 2, 4, 5, 7, 8, 10}));
    }

    CursorCounts retry() {
        EXPECT_TRUE(ask_for_retry(world.files, kSpoolDirectory, "out"));
        auto delivery = world.open("out", there);
        DeadLetters letters{world.files, kSpoolDirectory, "out", 1_MiB};
        run(world, {delivery.get()}, [&] { return !letters.retry_is_asked().value(); });
        return world.cursor("out").counts;
    }

    World world;
    Destination there;
    std::function<bool(Offset)> still_bad = [](Offset) { return true; };
    std::string text;
};

TEST_F(DeadLetterRetry, Sends_them_once_more_and_counts_them_as_delivered) {
    still_bad = [](Offset) { return false; };
    EXPECT_EQ(retry(), (CursorCounts{.delivered = 10}));
    EXPECT_EQ(there.offsets(), offsets({1, 2, 4, 5, 7, 8, 10, 3, 6, 9}));
    EXPECT_TRUE(letters_in(world, "out", text).empty());
}

TEST_F(DeadLetterRetry, What_is_refused_again_stays) {
    still_bad = [](Offset offset) { return offset == Offset{6}; };
    EXPECT_EQ(retry(), (CursorCounts{.delivered = 9, .dead_lettered = 1}));
    const auto letters = letters_in(world, "out", text);
    ASSERT_EQ(letters.size(), 1u);
    EXPECT_EQ(letters[0].offset, Offset{6});
}

TEST_F(DeadLetterRetry, Goes_on_after_a_kill) {
    still_bad = [](Offset) { return false; };
    for (unsigned seed = 0; seed < 20; ++seed) {
        if (!ask_for_retry(world.files, kSpoolDirectory, "out")) break;
        auto delivery = world.open("out", there);
        unsigned steps = seed * 3;
        run(
            world, {delivery.get()}, [&] { return steps-- == 0; }, End::kKill);
    }
    if (ask_for_retry(world.files, kSpoolDirectory, "out")) retry();
    auto all = there.offsets();
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    EXPECT_EQ(all.size(), 10u);
    EXPECT_EQ(world.cursor("out").counts, (CursorCounts{.delivered = 10}));
}

}  // namespace
}  // namespace auditfwd
